require "digest/sha1"

SPACE = /[\t-\r \u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000\ufeff]+/
UUID = /\A([0-9a-f]{8}-[0-9a-f]{4}-[1-8][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}|0{8}(-0{4}){3}-0{12}|f{8}(-f{4}){3}-f{12})\z/i

def record_id(namespace, value)
  text = value.gsub(/\A#{SPACE}|#{SPACE}\z/, "").unicode_normalize(:nfc)
  return nil if text.empty?
  return text.downcase if UUID.match?(text)
  bytes = Digest::SHA1.digest([namespace.delete("-")].pack("H*") + text.b).bytes.first(16)
  bytes[6] = bytes[6] & 0x0f | 0x50
  bytes[8] = bytes[8] & 0x3f | 0x80
  bytes.pack("C*").unpack("H8H4H4H4H12").join("-")
end
