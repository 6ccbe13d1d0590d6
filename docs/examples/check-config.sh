curl -sS "$BRIDGE/api/config/check" -H "Authorization: Bearer $ADMIN_TOKEN" --data-binary @larger-orders.config.json
