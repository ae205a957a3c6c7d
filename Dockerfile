# The pipeline and the command line. All libraries come as wheels or pure Python: no compiler here.
FROM python:3.11.14-slim-bookworm AS build
WORKDIR /src
RUN python -m venv /opt/tingfeng
COPY pyproject.toml README.md LICENSE ./
COPY flows flows
COPY operators operators
COPY playbooks playbooks
COPY sql sql
COPY dashboards dashboards
RUN /opt/tingfeng/bin/pip install --no-cache-dir --disable-pip-version-check .

FROM python:3.11.14-slim-bookworm
RUN useradd --system --uid 10001 --create-home --home-dir /var/lib/tingfeng tingfeng
COPY --from=build /opt/tingfeng /opt/tingfeng
ENV PATH=/opt/tingfeng/bin:$PATH PYTHONUNBUFFERED=1
USER tingfeng
WORKDIR /var/lib/tingfeng
CMD ["tingfeng", "--help"]
