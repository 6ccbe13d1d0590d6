import re
import unicodedata
import uuid

SPACE = "\t\n\v\f\r \u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u2028\u2029\u202f\u205f\u3000\ufeff"
UUID = "[0-9a-f]{8}-[0-9a-f]{4}-[1-8][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}|0{8}(-0{4}){3}-0{12}|f{8}(-f{4}){3}-f{12}"


def record_id(namespace: str, value: str) -> str | None:
    text = unicodedata.normalize("NFC", re.sub("[\ud800-\udfff]", "\ufffd", value.strip(SPACE)))
    if text == "":
        return None
    if re.fullmatch(UUID, text, re.IGNORECASE):
        return text.lower()
    return str(uuid.uuid5(uuid.UUID(namespace), text))
