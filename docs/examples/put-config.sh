curl -sS -X PUT "$BRIDGE/api/config?note=only+larger+orders" -H "Authorization: Bearer $ADMIN_TOKEN" \
  -H 'If-Match: "1"' -H "X-Hookspan-Author: ada@example.com" --data-binary @larger-orders.config.json
