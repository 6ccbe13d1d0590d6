<?php
const SPACE = '[\x{9}-\x{d} \x{a0}\x{1680}\x{2000}-\x{200a}\x{2028}\x{2029}\x{202f}\x{205f}\x{3000}\x{feff}]+';
const UUID = '[0-9a-f]{8}-[0-9a-f]{4}-[1-8][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}|0{8}(-0{4}){3}-0{12}|f{8}(-f{4}){3}-f{12}';

function record_id(string $namespace, string $value): ?string
{
    $trimmed = preg_replace('/\A' . SPACE . '|' . SPACE . '\z/u', '', $value);
    $text = Normalizer::normalize($trimmed, Normalizer::FORM_C);
    if ($text === '') return null;
    if (preg_match('/\A(' . UUID . ')\z/i', $text)) return strtolower($text);
    $hash = substr(sha1(hex2bin(str_replace('-', '', $namespace)) . $text, true), 0, 16);
    $hash[6] = chr(ord($hash[6]) & 0x0f | 0x50);
    $hash[8] = chr(ord($hash[8]) & 0x3f | 0x80);
    return vsprintf('%s%s-%s-%s-%s-%s%s%s', str_split(bin2hex($hash), 4));
}
