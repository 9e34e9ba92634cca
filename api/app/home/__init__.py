"""What looks over all packages: the home of applicants and organisers, and the way between their pages."""
