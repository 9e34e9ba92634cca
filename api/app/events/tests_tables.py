"""Who may do what in organisations and events, as tables: read by `tests_roles`."""

# Who stands in the columns below, in this order:
WHO = (
    "anonymous",  # not signed in
    "stranger",  # an account and nothing else
    "neighbour",  # owns another organisation
    "operator",  # administers the installation, and is no member
    "colleague",  # organises another event of the same organisation
    "owner",
    "admin",
    "organiser",
    "viewer",
    "reviewer",
    "treasurer",
    "registrar",
    "desk",
)
# "+" it is done (or the state says no), "-" 403, "x" 404: it is not there, "?" 401 or sent to sign in.
API = """
create an organisation            ? - - + - - - - - - - - -
list one's organisations          ? + + + + + + + + + + + +
read the organisation             ? x x x x + + x x x x x x
change the organisation           ? x x x x + + x x x x x x
list members                      ? x x x x + + x x x x x x
make an admin an owner            ? x x x x + - x x x x x x
make an owner an admin            ? x x x x + - x x x x x x
remove an admin                   ? x x x x + + x x x x x x
remove an owner                   ? x x x x + - x x x x x x
list invitations of members       ? x x x x + + x x x x x x
invite an admin                   ? x x x x + + x x x x x x
invite an owner                   ? x x x x + - x x x x x x
resend an admin's invitation      ? x x x x + + x x x x x x
resend an owner's invitation      ? x x x x + - x x x x x x
withdraw an admin's invitation    ? x x x x + + x x x x x x
withdraw an owner's invitation    ? x x x x + - x x x x x x
read the organisation's history   ? x x x x + + x x x x x x
list the organisation's events    ? x x x x + + x x x x x x
create an event                   ? x x x x + + x x x x x x
list published events             + + + + + + + + + + + + +
read a published event            + + + + + + + + + + + + +
read an unlisted event            + + + + + + + + + + + + +
read a cancelled event            + + + + + + + + + + + + +
read a draft                      x x x x x + + + + + + + +
change the event                  ? - - - - + + + - - - - -
change a draft                    ? x x x x + + + - - - - -
unlist the event                  ? - - - - + + + - - - - -
list people                       ? - - - - + + + + - - - -
list people of a draft            ? x x x x + + + + - - - -
take a role                       ? - - - - + + + - - - - -
list invitations to roles         ? - - - - + + + + - - - -
invite to a role                  ? - - - - + + + - - - - -
resend an invitation to a role    ? - - - - + + + - - - - -
withdraw an invitation to a role  ? - - - - + + + - - - - -
read the history                  ? - - - - + + + + - - - -
list texts of messages            ? - - - - + + + + - - - -
read a text of a message          ? - - - - + + + + - - - -
save a text of a message          ? - - - - + + + - - - - -
preview a text of a message       ? - - - - + + + + - - - -
reset a text of a message         ? - - - - + + + - - - - -
list sent messages                ? - - - - + + + + - - - -
"""
PAGES = """
/organisations                                    ? + + + + + + + + + + + +
/organisations/new                                ? - - + - - - - - - - - -
/organisations/{organisation}                     ? x x x x + + x x x x x x
/organisations/{organisation}/members             ? x x x x + + x x x x x x
/organisations/{organisation}/settings            ? x x x x + + x x x x x x
/organisations/{organisation}/history             ? x x x x + + x x x x x x
/organisations/{organisation}/events/new          ? x x x x + + x x x x x x
/events/{event}                                   + + + + + + + + + + + + +
/events/{draft}                                   x x x x x + + + + + + + +
/events/{draft}/dates.ics                         x x x x x + + + + + + + +
/events/{event}/people                            ? - - - - + + + + - - - -
/events/{draft}/people                            ? x x x x + + + + - - - -
/events/{event}/history                           ? - - - - + + + + - - - -
/events/{event}/messages                          ? - - - - + + + + - - - -
/events/{event}/messages/event_cancelled          ? - - - - + + + + - - - -
/events/{event}/messages/sent                     ? - - - - + + + + - - - -
/events/{event}/settings                          ? - - - - + + + + - - - -
/events/{event}/settings/dates                    ? - - - - + + + + - - - -
/events/{event}/settings/place                    ? - - - - + + + + - - - -
/events/{event}/settings/guest-roles              ? - - - - + + + + - - - -
/events/{event}/settings/state                    ? - - - - + + + + - - - -
POST /organisations/new                           ? - - + - - - - - - - - -
POST /organisations/{organisation}/settings       ? x x x x + + x x x x x x
POST /organisations/{organisation}/members        ? x x x x + + x x x x x x
POST /organisations/{organisation}/events/new     ? x x x x + + x x x x x x
POST /events/{event}/people                       ? - - - - + + + - - - - -
POST /events/{event}/settings                     ? - - - - + + + - - - - -
POST /events/{event}/settings/dates               ? - - - - + + + - - - - -
POST /events/{event}/settings/place               ? - - - - + + + - - - - -
POST /events/{event}/settings/guest-roles         ? - - - - + + + - - - - -
POST /events/{event}/settings/state               ? - - - - + + + - - - - -
POST /events/{event}/messages/event_cancelled/en  ? - - - - + + + - - - - -
POST /events/{event}/messages/event_cancelled/en/preview ? - - - - + + + + - - - -
POST /events/{event}/messages/event_cancelled/en/reset ? - - - - + + + - - - - -
/events/{event}/messages/sent/{message}           ? - - - - + + + + - - - -
POST /organisations/{organisation}/members/{admin_member}/role ? x x x x + - x x x x x x
POST /organisations/{organisation}/members/{admin_member}/remove ? x x x x + + x x x x x x
POST /organisations/{organisation}/members/{owner_member}/remove ? x x x x + - x x x x x x
POST /organisations/{organisation}/invitations/{invited_member}/resend ? x x x x + + x x x x x x
POST /organisations/{organisation}/invitations/{invited_member}/withdraw ? x x x x + + x x x x x x
POST /events/{event}/people/{role}/remove         ? - - - - + + + - - - - -
POST /events/{event}/role-invitations/{invited}/resend ? - - - - + + + - - - - -
POST /events/{event}/role-invitations/{invited}/withdraw ? - - - - + + + - - - - -
"""
# Pages and calls that a code opens, or that are everybody's: their own tests say how they behave.
OPEN_PAGES = {"front", "show_theme", "show_privacy", "show_invitation", "accept", "accept_as_new"}
FORMS: dict[str, dict[str, str]] = {
    "POST /organisations/{organisation}/members/{admin_member}/role": {"role": "owner"},
    "POST /organisations/new": {
        "key": "anew",
        "name": "Anew",
        "contact_email": "a@example.org",
        "languages": "en",
    },
    "POST /organisations/{organisation}/settings": {"name": "Lakeside"},
    "POST /organisations/{organisation}/members": {"email": "someone@example.org", "role": "admin"},
    "POST /organisations/{organisation}/events/new": {
        "key": "next-year",
        "titles.en": "Next Year",
        "languages": "en",
        "time_zone": "Africa/Nairobi",
        "starts_on": "2027-07-05",
        "ends_on": "2027-07-16",
    },
    "POST /events/{event}/people": {"email": "someone@example.org", "role": "desk"},
    "POST /events/{event}/settings": {"titles.en": "Another title"},
    "POST /events/{event}/settings/dates": {"starts_on": "2027-01-01"},
    "POST /events/{event}/settings/place": {"place": "Kisumu"},
    "POST /events/{event}/settings/guest-roles": {
        "guest_roles.0.key": "press",
        "guest_roles.0.label.en": "Press",
    },
    "POST /events/{event}/settings/state": {"state": "unlisted"},
    "POST /events/{event}/messages/event_cancelled/en": {"subject": "It is off", "body": "We are sorry."},
    "POST /events/{event}/messages/event_cancelled/en/preview": {
        "subject": "It is off",
        "body": "We are sorry.",
    },
}
