using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;

static class RecordId
{
    const string Space = "\t\n\v\f\r \u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u2028\u2029\u202f\u205f\u3000\ufeff";
    const string UuidForm = @"\A([0-9a-f]{8}-[0-9a-f]{4}-[1-8][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}|0{8}(-0{4}){3}-0{12}|f{8}(-f{4}){3}-f{12})\z";

    public static string? Derive(Guid recordNamespace, string value)
    {
        // There and back: half a surrogate pair becomes U+FFFD.
        var wellFormed = Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(value.Trim(Space.ToCharArray())));
        var text = wellFormed.Normalize(NormalizationForm.FormC);
        if (text == "") return null;
        if (Regex.IsMatch(text, UuidForm, RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)) return text.ToLowerInvariant();
        var hash = SHA1.HashData([.. recordNamespace.ToByteArray(bigEndian: true), .. Encoding.UTF8.GetBytes(text)])[..16];
        hash[6] = (byte)(hash[6] & 0x0f | 0x50);
        hash[8] = (byte)(hash[8] & 0x3f | 0x80);
        return new Guid(hash, bigEndian: true).ToString();
    }
}
