curl -sS "$BRIDGE/api/replays" -H "Authorization: Bearer $ADMIN_TOKEN" -H "Idempotency-Key: outage-of-monday" -d '{
  "intent": "resend", "callback": "crm", "limit": 50,
  "filter": { "rule": "screen-large-orders", "since": "2026-01-01T00:00:00Z" }
}'
