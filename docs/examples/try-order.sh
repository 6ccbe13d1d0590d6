curl -sS "$BRIDGE/api/rules/test" -H "Authorization: Bearer $ADMIN_TOKEN" -d @docs/examples/try-order.json
