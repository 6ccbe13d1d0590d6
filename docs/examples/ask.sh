curl -sS "$BRIDGE/api/executions?rule=screen-large-orders" -H "Authorization: Bearer $ADMIN_TOKEN"
