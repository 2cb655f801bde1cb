//! The characters that sentences end, open and close with, in all scripts.

/// Whether `c` may be any of the marks here: quick, and wrong only for rare letters.
pub(super) fn may_be_mark(c: char) -> bool {
    match c {
        '\0'..='\x7F' => !c.is_ascii_alphanumeric() && c != ' ' && c != ',',
        '\u{80}'..='\u{A0}'
        | '\u{C0}'..='\u{37D}'
        | '\u{380}'..='\u{588}'
        | '\u{58A}'..='\u{61E}'
        | '\u{3021}'..='\u{A4FE}'
        | '\u{AC00}'..='\u{FEFE}' => false,
        _ => true,
    }
}

/// Ends a sentence, in most languages. Those of single languages are in their `marks`.
pub(super) fn is_terminator(c: char) -> bool {
    matches!(c, '.' | '!' | '?' | '…') || !c.is_ascii() && (is_strong(c) || is_spaced(c))
}

/// Ends a sentence even where no white space follows.
pub(super) fn is_strong(c: char) -> bool {
    matches!(
        c,
        '。' | '！'
            | '？'
            | '．'
            | '｡'
            | '।'
            | '॥'
            | '။'
            | '።'
            | '፧'
            | '፨'
            | '។'
            | '៕'
            | '།'
            | '༎'
            | '᠃'
            | '᠉'
            | '։'
            | '؟'
            | '۔'
    )
}

/// Further marks that white space follows.
fn is_spaced(c: char) -> bool {
    matches!(
        c,
        '‽' | '⁇' | '⁈' | '⁉' | '\u{37E}' | '܀' | '܁' | '܂' | '߹' | '᙮' | '᱾' | '꓿' | '꘎'
    )
}

/// Closing quotation marks and brackets of all languages, and those that do both.
pub(super) fn closes(c: char) -> bool {
    matches!(
        c,
        '"' | '\''
            | ')'
            | ']'
            | '}'
            | '”'
            | '’'
            | '“'
            | '»'
            | '«'
            | '›'
            | '‹'
            | '」'
            | '』'
            | '）'
            | '】'
            | '》'
            | '〉'
            | '｣'
            | '〕'
    )
}

/// Opening ones: German closes with “ and », so these may be both.
pub(super) fn opens(c: char) -> bool {
    matches!(
        c,
        '"' | '\''
            | '('
            | '['
            | '{'
            | '“'
            | '‘'
            | '„'
            | '‚'
            | '”'
            | '’'
            | '«'
            | '»'
            | '‹'
            | '›'
            | '「'
            | '『'
            | '（'
            | '【'
            | '《'
            | '〈'
            | '｢'
            | '〔'
            | '¿'
            | '¡'
    )
}

/// The marks that close what `opener` opened.
pub(super) fn closers_of(opener: char) -> &'static [char] {
    match opener {
        '"' => &['"'],
        '\'' => &['\''],
        '(' => &[')'],
        '[' => &[']'],
        '{' => &['}'],
        '“' | '”' => &['”'],
        '„' => &['“', '”'],
        '‘' | '’' => &['’'],
        '‚' => &['‘', '’'],
        '«' => &['»'],
        '»' => &['«', '»'],
        '‹' => &['›'],
        '›' => &['‹'],
        '「' => &['」'],
        '『' => &['』'],
        '（' => &['）'],
        '【' => &['】'],
        '《' => &['》'],
        '〈' => &['〉'],
        '｢' => &['｣'],
        '〔' => &['〕'],
        _ => &[],
    }
}

/// Whether a pair is written with this mark. It may be the first or the second one.
pub(super) fn is_paired(c: char) -> bool {
    (closes(c) || opens(c)) && !matches!(c, '¿' | '¡')
}

pub(super) fn is_dash(c: char) -> bool {
    matches!(c, '-' | '–' | '—' | '―' | '‒')
}

/// Whether speech breaks off here: a dash that a quotation mark closes.
pub(super) fn breaks_off(c: char, rest: &str) -> bool {
    is_dash(c) && rest.starts_with(['"', '”', '»', '」'])
}

/// Items of a list begin with one of these.
pub(super) fn is_bullet(c: char) -> bool {
    matches!(c, '•' | '⁃' | '‣' | '▪' | '◦' | '●')
}

/// Says in which direction to write, and is not seen itself.
pub(super) fn is_invisible(c: char) -> bool {
    matches!(c, '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2060}'..='\u{2069}' | '\u{FEFF}')
}
