//! Gives the random nodes of an ONNX model fixed seeds, so that the same text has the same sound.
//!
//! VITS models draw noise in two or three `RandomNormalLike` nodes. rten draws from a generator that
//! is seeded anew for every run, unless the node has a `seed`: then every run draws the same. The
//! published voices have none, so one is written into the model's bytes before rten reads them. The
//! numbers below are those of the Protocol Buffers encoding and of `onnx.proto`.

/// Wire types of Protocol Buffers.
const VARINT: u64 = 0;
const FIXED64: u64 = 1;
const LENGTH: u64 = 2;
const FIXED32: u64 = 5;

/// `ModelProto.graph`.
const GRAPH: u64 = 7;
/// `GraphProto.node`.
const NODE: u64 = 1;
/// `NodeProto.op_type`.
const OP_TYPE: u64 = 4;
/// `NodeProto.attribute`.
const ATTRIBUTE: u64 = 5;

/// A field of a message.
struct Field<'a> {
    number: u64,
    /// Everything of it: tag, length and content.
    whole: &'a [u8],
    /// What is inside, for fields that have a length.
    content: &'a [u8],
}

/// The bytes of `model` with a seed in every random node of its graph: 1 in the first, 2 in the second.
/// A seed that is there stays.
///
/// # Errors
/// When the bytes are not those of an ONNX model.
pub(crate) fn seed(model: &[u8]) -> Result<Vec<u8>, String> {
    let mut seeded = Vec::with_capacity(model.len() + 256);
    let mut next_seed = 1.0;
    for field in fields(model)? {
        if field.number == GRAPH {
            let graph = seed_graph(field.content, &mut next_seed)?;
            push_message(&mut seeded, GRAPH, &graph);
        } else {
            seeded.extend(field.whole);
        }
    }
    Ok(seeded)
}

fn seed_graph(graph: &[u8], next_seed: &mut f32) -> Result<Vec<u8>, String> {
    let mut seeded = Vec::with_capacity(graph.len() + 256);
    for field in fields(graph)? {
        if field.number == NODE && is_random(field.content)? {
            let node = [field.content, &seed_attribute(*next_seed)].concat();
            push_message(&mut seeded, NODE, &node);
            *next_seed += 1.0;
        } else {
            seeded.extend(field.whole);
        }
    }
    Ok(seeded)
}

fn is_random(node: &[u8]) -> Result<bool, String> {
    let op = fields(node)?
        .into_iter()
        .find(|field| field.number == OP_TYPE);
    Ok(op.is_some_and(|op| {
        matches!(
            op.content,
            b"RandomNormalLike" | b"RandomNormal" | b"RandomUniformLike" | b"RandomUniform"
        )
    }))
}

/// `attribute { name: "seed", f: seed, type: FLOAT }`; of two with one name, the first counts.
fn seed_attribute(seed: f32) -> Vec<u8> {
    let mut attribute = b"\x0a\x04seed\x15".to_vec();
    attribute.extend(seed.to_le_bytes());
    attribute.extend(b"\xa0\x01\x01");
    let mut field = Vec::new();
    push_message(&mut field, ATTRIBUTE, &attribute);
    field
}

fn push_message(bytes: &mut Vec<u8>, number: u64, content: &[u8]) {
    push_varint(bytes, number << 3 | LENGTH);
    push_varint(bytes, content.len() as u64);
    bytes.extend(content);
}

fn push_varint(bytes: &mut Vec<u8>, mut value: u64) {
    while value >= 0x80 {
        bytes.push((value & 0x7f) as u8 | 0x80);
        value >>= 7;
    }
    bytes.push(value as u8);
}

fn fields(message: &[u8]) -> Result<Vec<Field<'_>>, String> {
    let mut fields = Vec::new();
    let mut rest = message;
    while !rest.is_empty() {
        let field = field(rest).ok_or("it is not an ONNX model")?;
        rest = &rest[field.whole.len()..];
        fields.push(field);
    }
    Ok(fields)
}

fn field(bytes: &[u8]) -> Option<Field<'_>> {
    let (tag, mut start) = varint(bytes)?;
    let length = match tag & 7 {
        VARINT => varint(&bytes[start..])?.1,
        FIXED64 => 8,
        FIXED32 => 4,
        LENGTH => {
            let (length, digits) = varint(&bytes[start..])?;
            start += digits;
            usize::try_from(length).ok()?
        }
        _ => return None,
    };
    let end = start.checked_add(length)?;
    Some(Field {
        number: tag >> 3,
        whole: bytes.get(..end)?,
        content: bytes.get(start..end)?,
    })
}

/// A number and how many bytes it takes.
fn varint(bytes: &[u8]) -> Option<(u64, usize)> {
    let mut value = 0;
    for (index, byte) in bytes.iter().take(10).enumerate() {
        value |= u64::from(byte & 0x7f) << (7 * index);
        if byte & 0x80 == 0 {
            return Some((value, index + 1));
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message(number: u64, content: &[u8]) -> Vec<u8> {
        let mut bytes = Vec::new();
        push_message(&mut bytes, number, content);
        bytes
    }

    fn model(ops: &[&str]) -> Vec<u8> {
        let nodes = ops
            .iter()
            .flat_map(|op| message(NODE, &message(OP_TYPE, op.as_bytes())));
        let graph: Vec<u8> = nodes.collect();
        // `ir_version: 300` before, a long `producer_name` after.
        [
            b"\x08\xac\x02".to_vec(),
            message(GRAPH, &graph),
            message(2, &[b'x'; 200]),
        ]
        .concat()
    }

    #[test]
    fn only_random_nodes_are_changed() {
        let plain = model(&["Add", "Mul"]);
        assert_eq!(seed(&plain).unwrap(), plain);
        let seeded = seed(&model(&["Add", "RandomNormalLike", "RandomNormalLike"])).unwrap();
        for value in [1.0_f32, 2.0] {
            let attribute = [&b"seed\x15"[..], &value.to_le_bytes()].concat();
            let found = seeded.windows(attribute.len()).filter(|w| *w == attribute);
            assert_eq!(found.count(), 1);
        }
        assert!(fields(&seeded).is_ok(), "lengths were kept true");
    }

    #[test]
    fn a_file_cut_off_is_refused() {
        let whole = model(&["RandomNormalLike"]);
        assert!(seed(&whole[..whole.len() - 1]).is_err());
        assert!(seed(b"\x0fnot a model").is_err());
    }
}
