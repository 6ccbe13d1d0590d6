curl -sS -X POST "$BRIDGE/api/config/revisions/1/restore" -H "Authorization: Bearer $ADMIN_TOKEN" -H 'If-Match: "2"'
