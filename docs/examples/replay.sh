curl -sS "$BRIDGE/api/executions/$EXECUTION/replay" -H "Authorization: Bearer $ADMIN_TOKEN" \
  -H "Idempotency-Key: ticket-4711" -d '{ "intent": "restart" }'
