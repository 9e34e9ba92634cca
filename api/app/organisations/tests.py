"""Organisations: the rules, and the colours."""

import threading
from collections.abc import Callable
from datetime import timedelta

import pytest
import time_machine
from flask import Flask
from sqlalchemy import select

from app.audit.models import AuditLine
from app.emails.models import Message
from app.organisations.factories import make_member, make_organisation
from app.organisations.models import Member, MemberInvitation, MemberRole, Organisation
from app.organisations.queries import forget_roles
from app.organisations.services import invitations, members, organisations
from app.organisations.theme import make_stylesheet, theme_url, theme_version
from app.users.factories import make_user
from app.users.models import User
from app.users.services import erasure
from app.utils.colours import contrast
from app.utils.database import db
from app.utils.errors import Forbidden, NotFound
from app.utils.testing import Client
from app.utils.time import now

Mail = Callable[[], list[Message]]


def code_of(message: Message) -> str:
    """The secret of the mailed link."""
    assert message.secret is not None
    return message.secret.rpartition("/")[2]


def actions() -> list[str]:
    return list(db.session.scalars(select(AuditLine.action).order_by(AuditLine.id)))


@pytest.fixture
def owner(context: None, organisation: Organisation) -> User:
    """Somebody who owns `organisation`."""
    return make_member(organisation).user


class TestCreation:
    def test_an_administrator_makes_one_and_owns_it(self, context: None) -> None:
        admin = make_user(is_admin=True)
        organisation = organisations.create(
            admin, key="lakeside", name="Lakeside", languages=["en"], contact_email="a@example.org"
        )
        assert organisations.get_organisation(admin, "lakeside") is organisation
        [member] = members.list_members(admin, organisation).items
        assert (member.user_id, member.role) == (admin.id, MemberRole.OWNER)
        assert actions() == ["organisation.created"]

    def test_the_same_key_twice_is_refused(self, context: None) -> None:
        make_organisation(key="lakeside")
        with pytest.raises(organisations.KeyTaken) as problem:
            organisations.create(
                make_user(is_admin=True),
                key="lakeside",
                name="L",
                languages=["en"],
                contact_email="a@b.example",
            )
        assert "key" in problem.value.errors

    def test_nobody_else_makes_one(self, context: None) -> None:
        with pytest.raises(Forbidden):
            organisations.create(
                make_user(), key="l", name="L", languages=["en"], contact_email="a@b.example"
            )


class TestEditing:
    def test_a_changed_privacy_policy_is_a_new_version_and_an_equal_one_is_not(
        self, owner: User, organisation: Organisation
    ) -> None:
        organisation = organisations.get_public(organisation.key)
        before = organisation.privacy_version
        organisations.edit(owner, organisation, {"privacy_policy": dict(organisation.privacy_policy)})
        assert organisation.privacy_version == before
        organisations.edit(owner, organisation, {"privacy_policy": {"en": "We keep nothing."}})
        organisations.edit(owner, organisation, {"name": "Lakeside"})
        assert organisation.privacy_version == before + 1

    def test_the_audit_line_names_fields_and_no_values(self, owner: User, organisation: Organisation) -> None:
        organisation = organisations.get_public(organisation.key)
        organisations.edit(owner, organisation, {"name": "Lakeside", "website": organisation.website})
        line = db.session.scalars(select(AuditLine).filter_by(action="organisation.changed")).one()
        assert (line.fields, line.organisation_id) == (["name"], organisation.id)


class TestMembers:
    def test_the_last_owner_stays(self, owner: User, organisation: Organisation) -> None:
        make_member(organisation, role=MemberRole.ADMIN)
        [own, _admin] = members.list_members(owner, organisation).items
        member = members.get_member(owner, organisation, own.id)
        with pytest.raises(members.LastOwner):
            members.remove(owner, organisation, member)
        with pytest.raises(members.LastOwner):
            members.change_role(owner, organisation, member, MemberRole.ADMIN)

    def test_one_of_two_owners_may_go_and_it_acts_at_once(
        self, owner: User, organisation: Organisation
    ) -> None:
        make_member(organisation)
        own = db.session.scalars(select(Member).filter_by(user_id=owner.id)).one()
        members.remove(owner, organisation, own)
        with pytest.raises(NotFound):
            organisations.get_organisation(owner, organisation.key)

    def test_an_admin_touches_admins_and_no_owner(self, owner: User, organisation: Organisation) -> None:
        admin = make_member(organisation, role=MemberRole.ADMIN).user
        other = make_member(organisation, role=MemberRole.ADMIN)
        own = db.session.scalars(select(Member).filter_by(user_id=owner.id)).one()
        make_member(organisation)
        for act in (
            lambda: members.remove(admin, organisation, own),
            lambda: members.change_role(admin, organisation, own, MemberRole.ADMIN),
            lambda: members.change_role(admin, organisation, other, MemberRole.OWNER),
            lambda: invitations.invite(admin, organisation, email="a@b.example", role=MemberRole.OWNER),
        ):
            with pytest.raises(Forbidden):
                act()
        members.remove(admin, organisation, other)

    def test_a_member_of_another_organisation_is_not_found(
        self, owner: User, organisation: Organisation
    ) -> None:
        elsewhere = make_member(make_organisation())
        with pytest.raises(NotFound):
            members.get_member(owner, organisation, elsewhere.id)

    @pytest.mark.committed
    def test_two_owners_who_remove_each_other_leave_one(self, app: Flask) -> None:
        with app.app_context():
            organisation = make_organisation()
            rows = [make_member(organisation) for _number in range(2)]
            pairs = [(rows[0].user, rows[1].id), (rows[1].user, rows[0].id)]
            db.session.commit()
        both_read, results = threading.Barrier(2), []

        def remove(actor: User, member_id: int) -> None:
            with app.app_context():
                member = members.get_member(actor, organisation, member_id)
                both_read.wait()
                try:
                    members.remove(actor, organisation, member)
                    db.session.commit()
                    results.append("removed")
                except members.LastOwner:
                    results.append("kept")

        threads = [threading.Thread(target=remove, args=pair) for pair in pairs]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert sorted(results) == ["kept", "removed"]


class TestInvitations:
    def test_the_link_makes_its_holder_a_member_once(
        self, owner: User, organisation: Organisation, queued_mail: Mail
    ) -> None:
        invitations.invite(owner, organisation, email="new@example.org")
        db.session.commit()
        [message] = queued_mail()
        assert (message.template, message.to_address) == ("organisation_invitation", "new@example.org")
        person = make_user("elsewhere@example.org")
        assert invitations.accept(person, code_of(message)).role is MemberRole.ADMIN
        assert organisations.get_organisation(person, organisation.key).key == organisation.key
        with pytest.raises(NotFound):
            invitations.accept(make_user(), code_of(message))

    def test_the_link_shows_that_the_mailbox_is_ones_own(
        self, owner: User, organisation: Organisation, queued_mail: Mail
    ) -> None:
        person = make_user("new@example.org", verified=False)
        invitations.invite(owner, organisation, email="New@example.org")
        db.session.commit()
        [message] = queued_mail()
        assert message.to_user_id is None, "an account that has not shown its address gets nothing by it"
        invitations.accept(person, code_of(message))
        assert person.is_verified

    def test_another_address_is_not_verified_by_it(
        self, owner: User, organisation: Organisation, queued_mail: Mail
    ) -> None:
        person = make_user("other@example.org", verified=False)
        invitations.invite(owner, organisation, email="new@example.org")
        db.session.commit()
        invitations.accept(person, code_of(queued_mail()[0]))
        assert not person.is_verified

    def test_it_runs_out_after_14_days_and_can_be_sent_again(
        self, owner: User, organisation: Organisation, queued_mail: Mail
    ) -> None:
        invitation = invitations.invite(owner, organisation, email="new@example.org")
        db.session.commit()
        first = code_of(queued_mail()[0])
        with time_machine.travel(now() + timedelta(days=14, seconds=1)):
            with pytest.raises(invitations.InvitationExpired):
                invitations.get_by_code(first)
            invitations.resend(owner, organisation, invitation)
            db.session.commit()
            second = code_of(queued_mail()[1])
            with pytest.raises(NotFound):
                invitations.get_by_code(first)
            assert invitations.get_by_code(second).id == invitation.id

    def test_a_withdrawn_link_does_nothing(
        self, owner: User, organisation: Organisation, queued_mail: Mail
    ) -> None:
        invitation = invitations.invite(owner, organisation, email="new@example.org")
        db.session.commit()
        invitations.withdraw(owner, organisation, invitation)
        with pytest.raises(NotFound):
            invitations.accept(make_user(), code_of(queued_mail()[0]))

    def test_nobody_is_invited_twice_or_when_they_are_here(
        self, owner: User, organisation: Organisation
    ) -> None:
        invitations.invite(owner, organisation, email="new@example.org")
        with pytest.raises(invitations.AlreadyInvited):
            invitations.invite(owner, organisation, email="NEW@example.org")
        with pytest.raises(invitations.AlreadyMember):
            invitations.invite(owner, organisation, email=owner.email)

    def test_only_a_hash_of_the_secret_is_kept(
        self, owner: User, organisation: Organisation, queued_mail: Mail
    ) -> None:
        invitations.invite(owner, organisation, email="new@example.org")
        db.session.commit()
        kept = db.session.scalars(select(MemberInvitation.secret_hash)).one()
        assert code_of(queued_mail()[0]) not in kept


class TestErasure:
    def test_the_last_owner_hands_over_first(self, context: None, organisation: Organisation) -> None:
        owner = make_member(organisation, make_user(password="three words in a row")).user
        with pytest.raises(members.LastOwner):
            erasure.erase(owner, "three words in a row")
        make_member(organisation)
        erasure.erase(owner, "three words in a row")
        forget_roles()
        assert db.session.scalar(select(Member).filter_by(user_id=owner.id)) is None


class TestTheme:
    @pytest.mark.parametrize(
        "colour", ["#ffff00", "#ffffff", "#000000", "#c2600f", "#1f6b4a", "#7f7f7f", "#ff00ff"]
    )
    def test_any_colour_becomes_readable_in_light_and_dark(self, colour: str) -> None:
        light, dark = make_stylesheet(colour).split("@media")
        for sheet, grounds in (
            (light, ("#ffffff", "#fbfaf6", "#f3f1ea")),
            (dark, ("#141815", "#1b201d", "#252b27")),
        ):
            found = dict(
                part.split(":")
                for part in sheet.partition("--leaf")[2].strip("{}").split(";--")
                if ":" in part
            )
            leaf = sheet.partition("--leaf:")[2][:7]
            tint = sheet.partition("--leaf-bg:")[2][:7]
            on = "#ffffff" if "--on:#fff" in sheet else "#0e1a14"
            assert found
            assert min(contrast(leaf, ground) for ground in (*grounds, tint)) >= 4.5
            assert contrast(leaf, on) >= 4.5

    def test_a_readable_colour_stays_as_it_is(self) -> None:
        assert "--leaf:#1f6b4a" in make_stylesheet("#1f6b4a")

    def test_black_on_white_has_the_contrast_of_the_standard(self) -> None:
        assert round(contrast("#000000", "#ffffff"), 1) == 21.0
        assert round(contrast("#767676", "#ffffff"), 2) == 4.54

    def test_the_stylesheet_is_kept_for_ever_under_an_address_of_its_colour(
        self, app: Flask, anonymous: Client
    ) -> None:
        with app.app_context():
            organisation = make_organisation(colour="#c2600f")
            plain = make_organisation(colour=None)
            db.session.commit()
        address = theme_url(organisation)
        assert address
        response = anonymous.get(address)
        assert response.mimetype == "text/css"
        assert "immutable" in response.headers["Cache-Control"]
        assert anonymous.get(f"/theme/{organisation.key}.000000000000.css").status_code == 404
        assert theme_url(plain) is None
        assert anonymous.get(f"/theme/{plain.key}.{theme_version('#c2600f')}.css").status_code == 404
