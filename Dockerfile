# Wheels are fetched once against the hashes in requirements.lock; the image installs from them alone, without the tools of development.
FROM python:3.11-slim AS build
ENV PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1
WORKDIR /app
COPY requirements.lock ./
RUN pip wheel --quiet --require-hashes --wheel-dir /wheels -r requirements.lock
COPY pyproject.toml README.md ./
COPY bot bot
COPY workflows workflows
RUN python -m venv /venv && /venv/bin/pip install --quiet --no-index --find-links /wheels -e . && /venv/bin/pip check

FROM python:3.11-slim
RUN useradd --system --uid 10001 --home-dir /var/lib/leeway --create-home leeway
ENV PATH=/venv/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 LEEWAY_STATE=/var/lib/leeway
WORKDIR /app
COPY --from=build /venv /venv
COPY --from=build /app /app
COPY templates templates
COPY app.yaml ./
USER leeway
VOLUME /var/lib/leeway
EXPOSE 8000
HEALTHCHECK --interval=10s --timeout=3s --start-period=10s --retries=3 \
  CMD ["python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8000/healthz', timeout=2)"]
ENTRYPOINT ["leeway"]
CMD ["serve", "--host", "0.0.0.0", "--port", "8000"]
