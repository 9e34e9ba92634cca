"""`make bench`: what our requests cost beside a floor measured in the same run.

Both run under Granian with the settings of `run.py serve`, on the same PostgreSQL and pool. A figure is the median of
five interleaved runs; the ratio is our cost a request divided by the floor's: the median of the five neighbouring
pairs, so that both sides of it saw the machine in the same mood. Absolute figures say more about it than about us.
"""

import csv
import io
import json
import os
import random
import socket
import statistics
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

CHECKOUT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(CHECKOUT / "api"), str(CHECKOUT / "bench")]

import config  # noqa: E402
import flask_migrate  # noqa: E402
from app import create_app  # noqa: E402
from app.users.passwords import hash_password, is_right_password  # noqa: E402
from app.utils import logs  # noqa: E402
from app.utils.database import db  # noqa: E402
from app.utils.postgres import create_database, drop_database, embedded_server  # noqa: E402
from app.utils.testing import count_queries  # noqa: E402
from client import CONNECTIONS, Maker, Request, measure  # noqa: E402
from world import PASSWORD, World, build  # noqa: E402

RUNS = 5
SECONDS = float(os.environ.get("BENCH_SECONDS", "2"))
DATABASE = "marula_bench"
KEY = "a key for measuring that is long enough for everyone"


@dataclass(frozen=True)
class Figure:
    """One row: `ours` and `floor` in `unit`, `ratio`, our cost divided by the floor's, and the number `n` of runs."""

    name: str
    ours: float
    floor: float
    unit: str
    ratio: float
    n: int
    note: str


@dataclass(frozen=True)
class Case:
    """A request of ours beside one of the floor's. `floor` may also be a function that gives its rate."""

    name: str
    ours: Maker
    floor: Maker | Callable[[], float]
    note: str


def main() -> None:
    """Measure everything; write bench/results.json and docs/performance.md."""
    with embedded_server() as server:
        base = server.url()
        drop_database(base, DATABASE)
        url = create_database(base, DATABASE)
        environ = {**os.environ, "DATABASE_URL": url, "SECRET_KEY": KEY, "DEBUG": "1", "LOG_LEVEL": "WARNING"}
        try:
            figures = _measure_all(environ)
        finally:
            drop_database(base, DATABASE)
    _write(figures)


def _measure_all(environ: dict[str, str]) -> list[Figure]:
    settings = config.load(environ)
    logs.configure(settings)
    app = create_app(settings.as_config())
    with app.app_context():
        flask_migrate.upgrade(directory=str(CHECKOUT / "api" / "migrations"))
        print("Making ten thousand applications …", flush=True)
        world = build(random.Random(7))
    with (
        _serving("wsgi:application", "api", environ) as ours,
        _serving("floor:application", "bench", environ) as floor,
    ):
        figures = [_measure(app, case, ours, floor) for case in _cases(app, world)]
        figures.append(_measure_export(app, world, ours))
    with app.app_context():
        db.engine.dispose()
    return figures


def _cases(app: Any, world: World) -> list[Case]:
    authorized = [{"Authorization": f"Bearer {token}"} for token in world.tokens]
    organiser = {"Authorization": f"Bearer {world.organiser_token}"}
    page = {"Cookie": f"marula_session={world.organiser_cookie}"}
    saving = "/api/v1/events/" + world.event_key + "/applications/mine/answers"

    def save(connection: int, sent: int) -> Request:
        body = json.dumps({"answers": {"motivation": f"Because {sent} reasons speak for it."}}).encode()
        headers = {**authorized[connection], "Content-Type": "application/json"}
        return Request("PATCH", saving, headers, body)

    def save_floor(connection: int, sent: int) -> Request:
        answers = {**world.answers, "motivation": f"Because {sent} reasons speak for it."}
        return Request("PUT", f"/response/{world.response_ids[connection]}", {}, json.dumps(answers).encode())

    def sign_in(connection: int, _sent: int) -> Request:
        body = json.dumps({"email": world.emails[connection], "password": PASSWORD}).encode()
        return Request("POST", "/api/v1/authenticate", {"Content-Type": "application/json"}, body)

    def user_floor(connection: int, _sent: int) -> Request:
        return Request("GET", f"/user/{world.user_ids[connection]}")

    event = Request("GET", f"/events/{world.event_key}")
    applications = Request("GET", f"/events/{world.event_key}/applications", page)
    guests = Request("GET", f"/api/v1/events/{world.event_key}/invited-guests", organiser)
    return [
        Case(
            "get_user",
            lambda connection, _sent: Request("GET", "/api/v1/user", authorized[connection]),
            user_floor,
            "token checked, account and session read; floor: one SELECT by key",
        ),
        Case("autosave", save, save_floor, "one changed answer; floor: one UPDATE and COMMIT"),
        Case(
            "authenticate",
            sign_in,
            lambda: _verifications(app),
            "floor: the argon2 verification alone",
        ),
        Case(
            "event_page",
            lambda _connection, _sent: event,
            lambda _connection, _sent: Request("GET", f"/event/{world.event_key}"),
            "the public page; floor: one SELECT by name",
        ),
        Case(
            "applications_list_10k",
            lambda _connection, _sent: applications,
            lambda _connection, _sent: Request("GET", f"/applications/{world.event_id}"),
            "the page of 50 rows, with total, countries and drafts; floor: one SELECT of 50 rows as JSON",
        ),
        Case(
            "guest_list_500",
            lambda _connection, _sent: guests,
            lambda _connection, _sent: Request("GET", f"/guests/{world.event_id}"),
            "50 rows as JSON, with total; floor: one SELECT of 50 rows as JSON",
        ),
    ]


def _measure(app: Any, case: Case, ours: int, floor: int) -> Figure:
    print(f"  {case.name} …", end=" ", flush=True)
    rates: list[tuple[float, float]] = []
    for _run in range(RUNS):
        mine = measure(ours, case.ours, SECONDS)
        theirs = case.floor() if case.name == "authenticate" else measure(floor, case.floor, SECONDS)  # type: ignore[call-arg,arg-type]
        rates.append((mine, theirs))
    mine, theirs = (statistics.median(column) for column in zip(*rates, strict=True))
    ratio = statistics.median(pair[1] / pair[0] for pair in rates)
    note = f"{_count_statements(app, case.ours)} SQL statements; {case.note}"
    print(f"{ratio:.2f}")
    return Figure(case.name, round(mine, 1), round(theirs, 1), "requests/s", round(ratio, 2), RUNS, note)


def _count_statements(app: Any, make: Maker) -> int:
    client = app.test_client(use_cookies=False)  # a client with a jar would leave our own header out

    def send(sent: int) -> None:
        request = make(0, sent)
        data = request.body or None
        answer = client.open(request.path, method=request.method, headers=request.headers, data=data)
        if answer.status_code >= 300:
            raise RuntimeError(f"status {answer.status_code} instead of a success")
        answer.get_data()  # a stream reads the database while it goes out

    send(0)  # what is read once in a process is read now
    with count_queries() as queries:
        send(1)  # another one: to save the same again would write nothing
    return len(queries)


def _verifications(app: Any) -> float:
    """Argon2 verifications a second, as many at a time as connections ask for them."""
    with app.app_context():
        known = hash_password(PASSWORD)

    def verify_for(seconds: float) -> int:
        with app.app_context():
            done, until = 0, time.perf_counter() + seconds
            while time.perf_counter() < until:
                is_right_password(known, PASSWORD)
                done += 1
            return done

    with ThreadPoolExecutor(CONNECTIONS) as pool:
        began = time.perf_counter()
        done = sum(pool.map(verify_for, [SECONDS] * CONNECTIONS))
    return done / (time.perf_counter() - began)


def _measure_export(app: Any, world: World, ours: int) -> Figure:
    print("  export_csv_10k …", end=" ", flush=True)
    path = f"/api/v1/events/{world.event_key}/applications.csv"
    headers = {"Authorization": f"Bearer {world.organiser_token}", "Accept-Encoding": "identity"}
    request = urllib.request.Request(f"http://127.0.0.1:{ours}{path}", headers=headers)
    times: list[tuple[float, float]] = []
    for _run in range(RUNS):
        began = time.perf_counter()
        with urllib.request.urlopen(request) as response:
            body = response.read()
        mine = time.perf_counter() - began
        times.append((mine, _copy(app, world)))
    rows = sum(1 for _row in csv.reader(io.StringIO(body.decode()))) - 1
    mine, theirs = (statistics.median(column) for column in zip(*times, strict=True))
    ratio = statistics.median(pair[0] / pair[1] for pair in times)
    print(f"{ratio:.2f}")
    statements = _count_statements(app, lambda _connection, _sent: Request("GET", path, headers))
    note = f"{statements} SQL statements; {rows} rows; floor: COPY of the same columns"
    return Figure("export_csv_10k", round(mine, 3), round(theirs, 3), "s", round(ratio, 2), RUNS, note)


def _copy(app: Any, world: World) -> float:
    """Seconds that PostgreSQL takes to COPY the same columns out."""
    keys = [key for key in _question_keys(world) if key.replace("_", "").isalnum()]
    columns = ", ".join(f"r.answers ->> '{key}'" for key in keys)
    statement = (
        f"COPY (SELECT a.code, a.state, a.submitted_at, a.applicant_name, a.email, a.country, a.affiliation, d.verdict, "
        f"(SELECT verdict FROM decisions x WHERE x.application_id = a.id AND x.release_id IS NOT NULL "
        f"ORDER BY id DESC LIMIT 1), {columns} FROM applications a JOIN responses r ON r.id = a.submitted_response_id "
        f"LEFT JOIN decisions d ON d.application_id = a.id AND d.release_id IS NULL "
        f"WHERE a.event_id = {int(world.event_id)} AND a.state = 'submitted' ORDER BY a.submitted_at DESC, a.id DESC) "
        f"TO STDOUT WITH CSV"
    )
    with app.app_context():
        connection = db.engine.raw_connection()
        try:
            began = time.perf_counter()
            with connection.cursor().copy(statement) as copy:  # type: ignore[attr-defined]
                while copy.read():
                    pass
            return time.perf_counter() - began
        finally:
            connection.close()


def _question_keys(world: World) -> list[str]:
    document = json.loads((CHECKOUT / "api/app/forms/library/summer_school.json").read_text())
    return [
        question["key"]
        for section in document["sections"]
        for question in section["questions"]
        if question["type"] != "information"
    ]


@contextmanager
def _serving(target: str, folder: str, environ: dict[str, str]) -> Iterator[int]:
    """A server as `run.py serve` makes it, on a free port."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, str(CHECKOUT / "bench" / "serve.py"), target]
    paths = os.pathsep.join(str(CHECKOUT / name) for name in (folder, "api"))
    own = {**environ, "PORT": str(port), "PYTHONPATH": paths, "PUBLIC_URL": f"http://127.0.0.1:{port}"}
    process = subprocess.Popen(command, env=own, cwd=CHECKOUT)
    try:
        _wait(port, process)
        yield port
    finally:
        process.terminate()
        process.wait()


def _wait(port: int, process: "subprocess.Popen[bytes]") -> None:
    for _try in range(1_200):
        if process.poll() is not None:
            raise RuntimeError("a server ended before it began")
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    raise RuntimeError("a server did not begin")


def _write(figures: list[Figure]) -> None:
    results = [asdict(figure) for figure in figures]
    (CHECKOUT / "bench" / "results.json").write_text(json.dumps(results, indent=2) + "\n")
    lines = [
        "# Performance",
        "",
        "Written by `make bench`. Each figure is the median of five interleaved runs over 8 keep-alive connections; `ratio` is our",
        "cost divided by the cost of a floor measured beside it, the median of the five pairs. The floor is bare Flask with one",
        "statement of SQLAlchemy Core, under the same server with the same settings. The absolute figures belong to the machine.",
        "",
        "| name | ours | floor | unit | ratio | note |",
        "|---|---:|---:|---|---:|---|",
        *(
            f"| `{figure.name}` | {figure.ours} | {figure.floor} | {figure.unit} | **{figure.ratio}** | {figure.note} |"
            for figure in figures
        ),
        "",
    ]
    path = CHECKOUT / "docs" / "performance.md"
    after = path.read_text().partition("\n## ")[2] if path.exists() else ""
    path.write_text("\n".join(lines) + (f"\n## {after}" if after else ""))
    print(*lines[6:], sep="\n")


if __name__ == "__main__":
    main()
