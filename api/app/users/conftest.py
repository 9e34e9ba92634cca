"""Who the tests of accounts are about."""

import pytest
from flask import Flask

from app.users.factories import make_user
from app.users.models import User
from app.users.testing import ADA, EMAIL, PASSWORD
from app.utils.database import db
from app.utils.testing import Client, sign_in_client


@pytest.fixture
def newcomer(app: Flask, anonymous: Client) -> Client:
    """Somebody who has just registered, with a password and an address not verified."""
    made = anonymous.post("/api/v1/user", json={"email": EMAIL, "password": PASSWORD}).get_json()
    client = app.test_client()
    assert isinstance(client, Client)
    client.token = made["token"]
    with app.app_context():
        client.user = db.session.get_one(User, made["id"])
    return client


@pytest.fixture
def ada(app: Flask) -> Client:
    """Ada is signed in, her address not verified."""
    with app.app_context():
        user = make_user(email=ADA, password=PASSWORD, verified=False)
        db.session.commit()
    return sign_in_client(app, user)
