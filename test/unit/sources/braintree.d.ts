// What the tests use of Braintree's library, which comes without types.
declare module "braintree" {
  export interface SampleNotification {
    readonly bt_signature: string;
    readonly bt_payload: string;
  }

  interface GatewayConfig {
    readonly environment: unknown;
    readonly merchantId: string;
    readonly publicKey: string;
    readonly privateKey: string;
  }

  class BraintreeGateway {
    constructor(config: GatewayConfig);
    readonly webhookTesting: { sampleNotification(kind: string, id: string): Promise<SampleNotification> };
    readonly webhookNotification: {
      verify(challenge: string): string;
      parse(signature: string, payload: string): Promise<{ readonly kind: string; readonly timestamp: Date }>;
    };
  }

  const braintree: {
    readonly BraintreeGateway: typeof BraintreeGateway;
    readonly Environment: { readonly Sandbox: unknown };
    readonly WebhookNotification: { readonly Kind: Readonly<Record<string, string>> };
  };
  export default braintree;
}
