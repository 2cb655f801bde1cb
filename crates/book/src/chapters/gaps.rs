//! Chapters whose number stands in the text as an ordinary line, while those around it are headings.

use audiotome_core::BlockKind;

use super::outline::Outline;
use super::starts::Start;
use super::words::{Count, with_latin_numeral};

/// Begins a chapter at each line that is just the number which is missing between two chapters.
pub(super) fn fill(outline: &mut Outline, starts: &mut Vec<Start>) {
    let mut filled = Vec::with_capacity(starts.len());
    for (index, start) in starts.iter().enumerate() {
        filled.push(start.clone());
        let end = starts.get(index + 1);
        if let (Some(next), Some(count)) = (end, Count::of(&start.label)) {
            let last = Count::of(&next.label).filter(|last| last.is_like(&count));
            let missing = count.value.saturating_add(1)..last.map_or(0, |last| last.value);
            missing_starts(
                outline,
                &count,
                missing,
                start.position + 1..next.position,
                &mut filled,
            );
        }
    }
    *starts = filled;
}

/// All of `missing` in their order between two chapters, or nothing: half of them would be chance.
fn missing_starts(
    outline: &mut Outline,
    like: &Count,
    missing: std::ops::Range<u32>,
    mut between: std::ops::Range<usize>,
    starts: &mut Vec<Start>,
) {
    let mut found = Vec::new();
    for value in missing {
        let is_it = |at: &usize| {
            let block = &outline.blocks[*at];
            block.kind == BlockKind::Paragraph
                && Count::of(&block.text)
                    .is_some_and(|count| count.value == value && count.is_like(like))
        };
        let Some(at) = between.find(is_it) else {
            return;
        };
        found.push(at);
    }
    for position in found {
        let block = &mut outline.blocks[position];
        block.kind = BlockKind::Heading(2);
        block.text = with_latin_numeral(&block.text);
        starts.push(Start {
            position,
            label: block.text.clone(),
            named_at: position,
            ..Start::default()
        });
    }
}
