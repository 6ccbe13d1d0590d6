package recordid

import (
	"regexp"
	"strings"

	"github.com/google/uuid"
	"golang.org/x/text/unicode/norm"
)

const space = "\t\n\v\f\r \u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u2028\u2029\u202f\u205f\u3000\ufeff"

var uuidForm = regexp.MustCompile(`(?i)^(?:[0-9a-f]{8}-[0-9a-f]{4}-[1-8][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}|0{8}(-0{4}){3}-0{12}|f{8}(-f{4}){3}-f{12})$`)

// RecordID is "" where there is none.
func RecordID(namespace uuid.UUID, value string) string {
	text := norm.NFC.String(strings.Trim(value, space))
	if text == "" || uuidForm.MatchString(text) {
		return strings.ToLower(text)
	}
	return uuid.NewSHA1(namespace, []byte(text)).String()
}
