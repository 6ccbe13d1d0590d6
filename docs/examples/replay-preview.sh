curl -sS "$BRIDGE/api/replays" -H "Authorization: Bearer $ADMIN_TOKEN" -d '{
  "intent": "re-evaluate", "preview": true,
  "filter": { "rule": "screen-large-orders", "state": "succeeded", "since": "2026-01-01T00:00:00Z" }
}'
