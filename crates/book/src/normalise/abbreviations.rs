//! Titles and abbreviations as the words they stand for.

use std::borrow::Cow;

use super::{Context, Rule, Table, beginning, ending, first_word};
use crate::normalise::roman;

/// Replaces the abbreviations of a table where their neighbours fit.
pub(super) fn expand<'t>(text: &'t str, context: Context<'_>) -> Cow<'t, str> {
    let table = context.table;
    let Some(pattern) = table.abbreviation_pattern() else {
        return text.into();
    };
    let mut out = String::new();
    let mut done = 0;
    for found in pattern.find_iter(text) {
        let before = ending(&text[..found.start()]);
        let after = beginning(&text[found.end()..]);
        if !stands_alone(before, found.as_str(), after) {
            continue;
        }
        let readings = table.abbreviation(found.as_str());
        let Some((rule, said)) = readings
            .iter()
            .copied()
            .filter(|(_, said)| !said.is_empty())
            .find(|(rule, said)| {
                let found = found.as_str();
                let names = [Rule::Title, Rule::AfterName];
                let has_others = readings
                    .iter()
                    .any(|(other, _)| other != rule && names.contains(other));
                fits(*rule, said, found, before, after, has_others)
                    || *rule == Rule::Title && before_particle(before, after, table)
            })
        else {
            continue;
        };
        out.push_str(&text[done..found.start()]);
        let said = gendered(said, after, table);
        out.push_str(said);
        if found.as_str().ends_with('.') && ends_here(rule, said, after) {
            out.push('.');
        } else if after.starts_with(char::is_alphanumeric) {
            // `p.12`, `M.Dupont`
            out.push(' ');
        }
        done = found.end();
        if said.ends_with('\'') {
            // `Sant'Anna`
            done += after.len() - after.trim_start().len();
        }
    }
    if done == 0 {
        return text.into();
    }
    out.push_str(&text[done..]);
    out.into()
}

/// The form of a title that its name asks for: `San Pietro`, `Santa Maria`, `Sant'Anna`.
fn gendered(forms: &'static str, after: &str, table: &Table) -> &'static str {
    let mut forms = forms.split('|').map(str::trim);
    let man = forms.next().unwrap_or_default();
    let (Some(woman), Some(vowel)) = (forms.next(), forms.next()) else {
        return man;
    };
    let name = first_word(after.trim_start());
    if name.starts_with(['A', 'E', 'I', 'O', 'U']) {
        vowel
    } else if name.ends_with('a') && table.get("masculine", name).is_none() {
        woman
    } else {
        man
    }
}

fn stands_alone(before: &str, found: &str, after: &str) -> bool {
    let joined = |c: char| c.is_alphanumeric() || matches!(c, '\'' | '’' | '-' | '.');
    let first_is_letter = found.starts_with(char::is_alphanumeric);
    let in_word = first_is_letter && before.ends_with(joined) && !elided(before);
    let goes_on =
        !found.ends_with('.') && after.starts_with(|c: char| c.is_alphanumeric() || c == '-');
    // `S.A.R.` is more than `S. A.`
    let of_more = found.ends_with('.') && begins_with_initial(after);
    !in_word && !goes_on && !of_more
}

/// `l'abbé`, `d'apr.`: an article without its vowel; but not `'s`.
fn elided(before: &str) -> bool {
    let Some(word) = before.strip_suffix(['\'', '’']) else {
        return false;
    };
    let article = word
        .rsplit(|c: char| !c.is_alphanumeric())
        .next()
        .unwrap_or(word);
    article.is_empty()
        || matches!(
            article,
            "l" | "d" | "L" | "D" | "qu" | "dell" | "all" | "un"
        )
}

fn fits(rule: Rule, said: &str, found: &str, before: &str, after: &str, has_others: bool) -> bool {
    let next = after.trim_start();
    let next_is_capital = next.starts_with(|c: char| c.is_uppercase());
    let previous = last_word(before);
    let previous_is_name = previous.starts_with(char::is_uppercase);
    let letter = found.chars().filter(|c| c.is_alphabetic()).count() == 1;
    match rule {
        Rule::Title | Rule::Word if letter => {
            // A lone letter is an initial more often than not.
            let between = rule == Rule::Word && previous_is_name;
            next_is_capital
                && (between
                    || !previous_is_name
                    || !before.trim_end().ends_with(char::is_alphanumeric))
                && !is_initial(previous)
                && (rule == Rule::Word || !begins_with_initial(next))
        }
        // `Gen. 1:1` is no general.
        Rule::Title if next.starts_with(|c: char| c.is_ascii_digit()) => false,
        Rule::Title if found.ends_with('.') && !has_others => {
            !next.is_empty() || said.contains(' ') || !previous.is_empty()
        }
        Rule::Title => {
            let of_name = previous_is_name && opens(next);
            next_is_capital && after.starts_with(char::is_whitespace) && !of_name
        }
        Rule::AfterName => {
            let named = previous_is_name || previous == "&" || previous == "and";
            let ends = after.starts_with(',') || previous_is_name && opens(next);
            named && (!has_others || !next_is_capital || ends)
        }
        Rule::BeforeNumber => {
            let number =
                next.starts_with(|c: char| c.is_numeric()) || starts_with_numeral(next, letter);
            let after_day = table_month(said) && previous.ends_with(|c: char| c.is_ascii_digit());
            number || after_day
        }
        Rule::Word | Rule::Ending => true,
    }
}

/// `M. le baron`, `M. de Voltaire`: a title, unless the letter is of the name before it.
fn before_particle(before: &str, after: &str, table: &Table) -> bool {
    let next = after.trim_start();
    let end = next.find([' ', '\'', '’']).unwrap_or(next.len());
    let is_initial = last_word(before).starts_with(char::is_uppercase)
        && before.trim_end().ends_with(char::is_alphanumeric);
    table.get("particles", &next[..end]).is_some() && !is_initial
}

/// Whether a roman numeral comes first; `I` is rather a word (`Oh, no. I will`) or an initial (`P. I.`).
fn starts_with_numeral(next: &str, after_letter: bool) -> bool {
    let alone = next.strip_prefix('I').is_some_and(|rest| {
        rest.starts_with(char::is_whitespace) || (after_letter && rest.starts_with('.'))
    });
    roman::starts_with_numeral(next) && !alone
}

/// English writes months short; they follow a day as well.
fn table_month(said: &str) -> bool {
    Table::of(&audiotome_core::Language::new("en")).is_month(said)
}

/// Whether a sentence begins rather than a name: `Baker St. It is old.`
fn opens(next: &str) -> bool {
    const OPENERS: [&str; 26] = [
        "A", "An", "And", "At", "But", "He", "Her", "His", "I", "In", "It", "Its", "My", "On",
        "Our", "She", "That", "The", "Their", "Then", "There", "They", "This", "We", "When", "You",
    ];
    OPENERS.contains(&first_word(next)) && !begins_with_initial(next)
}

/// `A. Smith`
fn begins_with_initial(text: &str) -> bool {
    let mut chars = text.chars();
    chars.next().is_some_and(char::is_uppercase) && chars.next() == Some('.')
}

fn is_initial(word: &str) -> bool {
    word.ends_with('.') && word.chars().filter(|c| c.is_alphabetic()).count() == 1
}

fn last_word(before: &str) -> &str {
    before.split_whitespace().next_back().map_or("", |word| {
        word.trim_start_matches(|c: char| !c.is_alphanumeric() && c != '&')
    })
}

/// Whether the dot of the abbreviation was a full stop as well.
fn ends_here(rule: Rule, said: &str, after: &str) -> bool {
    if matches!(rule, Rule::Title | Rule::BeforeNumber) {
        return false;
    }
    let goes_on = |c: char| c.is_alphanumeric() || "€$£¥₽₹%&".contains(c);
    let last = !after.contains(goes_on) || rule == Rule::AfterName && opens(after.trim_start());
    let marked = after.starts_with(['.', ',', ';', ':', '!', '?', ')', '…']);
    let sentence_follows = rule == Rule::Ending
        && after.starts_with(char::is_whitespace)
        && after.trim_start().starts_with(char::is_uppercase)
        && said.chars().any(char::is_lowercase);
    (last && !marked) || sentence_follows
}
