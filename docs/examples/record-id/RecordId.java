import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.text.Normalizer;
import java.util.UUID;

public class RecordId {
    static final String SPACE = "[\\t-\\r \\u00a0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000\\ufeff]+";
    static final String UUID_FORM = "(?i)[0-9a-f]{8}-[0-9a-f]{4}-[1-8][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}"
        + "|0{8}(-0{4}){3}-0{12}|f{8}(-f{4}){3}-f{12}";

    static String recordId(String namespace, String value) throws GeneralSecurityException {
        String trimmed = value.replaceAll("\\A" + SPACE + "|" + SPACE + "\\z", "");
        String text = Normalizer.normalize(trimmed.replaceAll("\\p{Cs}", "\ufffd"), Normalizer.Form.NFC);
        if (text.isEmpty()) return null;
        if (text.matches(UUID_FORM)) return text.toLowerCase();
        UUID outer = UUID.fromString(namespace);
        MessageDigest sha1 = MessageDigest.getInstance("SHA-1");
        sha1.update(ByteBuffer.allocate(16).putLong(outer.getMostSignificantBits()).putLong(outer.getLeastSignificantBits()).flip());
        ByteBuffer hash = ByteBuffer.wrap(sha1.digest(text.getBytes(StandardCharsets.UTF_8)));
        return new UUID(hash.getLong() & ~0xf000L | 0x5000L, hash.getLong() & ~(3L << 62) | (2L << 62)).toString();
    }
}
