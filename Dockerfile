# The bridge without Cloudflare (docs/self-host.md). The configuration and a file of secrets are mounted; what is kept is a volume.
#   docker build -t hookspan .
#   docker run -d --name hookspan -p 127.0.0.1:8787:8787 -v hookspan:/data \
#     -v ./bridge.config.json:/config/bridge.config.json:ro -v ./secrets:/config/secrets:ro hookspan
FROM node:24-bookworm-slim AS build
WORKDIR /app
COPY package.json package-lock.json ./
# workerd and esbuild are packages among the development ones: what serves is bundled at the start, with the configuration.
RUN npm ci --ignore-scripts
COPY wrangler.toml bridge.config.json tsconfig.json ./
COPY src src
COPY scripts scripts

FROM node:24-bookworm-slim
# workerd trusts the system's certificate authorities.
RUN apt-get update && apt-get install -y --no-install-recommends ca-certificates && rm -rf /var/lib/apt/lists/*
WORKDIR /app
COPY --from=build /app /app
RUN mkdir /data && chown node:node /data
USER node
VOLUME /data
EXPOSE 8787
HEALTHCHECK --interval=30s --timeout=5s --start-period=20s \
  CMD ["node", "-e", "fetch('http://127.0.0.1:8787/healthz').then((answer) => process.exit(answer.ok ? 0 : 1), () => process.exit(1))"]
STOPSIGNAL SIGTERM
CMD ["node", "scripts/start.ts", "--host", "0.0.0.0", "--data", "/data", "--config", "/config/bridge.config.json", "--secrets", "/config/secrets"]
