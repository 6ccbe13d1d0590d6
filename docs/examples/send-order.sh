curl -sS "$BRIDGE/in/shop" -H "X-Webhook-Token: $SHOP_WEBHOOK_TOKEN" -H "Content-Type: application/json" -d '{
  "id": "order-1001", "type": "order.paid", "total": 1250,
  "customer": { "name": "Zoë Ångström", "email": "Zoe@Example.com" }
}'
