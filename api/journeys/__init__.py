"""The main job from end to end as people do it: through pages and mailed links only, in a real browser."""
