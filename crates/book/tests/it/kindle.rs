//! A writer of Kindle books, for tests: old ones, and KF8.

/// A tag of an index: its number, and the bit of the control byte that says that it is there.
const TAG_BITS: [(u8, u8, u8); 6] = [
    (1, 1, 1),
    (2, 1, 2),
    (3, 1, 4),
    (4, 1, 8),
    (6, 2, 16),
    (21, 1, 32),
];

/// A book in the making.
#[derive(Clone, Debug)]
pub(crate) struct Kindle {
    pub(crate) compression: u16,
    pub(crate) encryption: u16,
    pub(crate) version: u32,
    pub(crate) encoding: u32,
    pub(crate) trailers: u32,
    /// The text as it lies in records.
    pub(crate) text: Vec<Vec<u8>>,
    pub(crate) facts: Vec<(u32, Vec<u8>)>,
    /// Entries: key, tags with their values.
    pub(crate) ncx: Vec<Entry>,
    pub(crate) strings: Vec<u8>,
    pub(crate) fragments: Vec<Entry>,
    pub(crate) skeletons: Vec<Entry>,
    pub(crate) codes: Vec<Vec<u8>>,
    pub(crate) images: Vec<Vec<u8>>,
}

/// A key, and the values of its tags in the order of their numbers.
pub(crate) type Entry = (String, Vec<(u8, Vec<u32>)>);

impl Kindle {
    pub(crate) fn new(text: &[u8]) -> Self {
        Self {
            compression: 1,
            encryption: 0,
            version: 6,
            encoding: 65_001,
            trailers: 0,
            text: text.chunks(4_096).map(<[u8]>::to_vec).collect(),
            facts: Vec::new(),
            ncx: Vec::new(),
            strings: Vec::new(),
            fragments: Vec::new(),
            skeletons: Vec::new(),
            codes: Vec::new(),
            images: Vec::new(),
        }
    }

    /// Adds an entry to the table of contents.
    pub(crate) fn entry(
        mut self,
        label: &str,
        level: u32,
        target: (u8, &[u32]),
        parent: Option<u32>,
    ) -> Self {
        let at = u32::try_from(self.strings.len()).unwrap();
        number(&mut self.strings, u32::try_from(label.len()).unwrap());
        self.strings.extend_from_slice(label.as_bytes());
        let mut tags = vec![
            (3, vec![at]),
            (4, vec![level]),
            (target.0, target.1.to_vec()),
        ];
        tags.extend(parent.map(|parent| (21, vec![parent])));
        tags.sort();
        self.ncx.push((format!("{:03}", self.ncx.len()), tags));
        self
    }

    /// The records of the book; `base` is the number of the first one.
    pub(crate) fn records(&self, boundary: Option<u32>) -> Vec<Vec<u8>> {
        let mut records = vec![Vec::new()];
        records.extend(self.text.iter().cloned());
        let mut add = |new: Vec<Vec<u8>>| {
            let at = u32::try_from(records.len()).unwrap();
            let first = if new.is_empty() { u32::MAX } else { at };
            records.extend(new);
            first
        };
        let ncx = add(index(&self.ncx, &self.strings));
        let fragments = add(index(&self.fragments, b""));
        let skeletons = add(index(&self.skeletons, b""));
        let codes = add(self.codes.clone());
        let images = add(self.images.clone());
        let mut facts = self.facts.clone();
        facts.extend(boundary.map(|at| (121, at.to_be_bytes().to_vec())));
        records[0] = self.header([ncx, fragments, skeletons, codes, images], &facts);
        records
    }

    fn header(&self, places: [u32; 5], facts: &[(u32, Vec<u8>)]) -> Vec<u8> {
        let [ncx, fragments, skeletons, codes, images] = places;
        let mut header = vec![0; 16 + 264];
        let mut put16 =
            |at: usize, value: u16| header[at..at + 2].copy_from_slice(&value.to_be_bytes());
        put16(0, self.compression);
        put16(8, u16::try_from(self.text.len()).unwrap());
        put16(10, 4_096);
        put16(12, self.encryption);
        header[16..20].copy_from_slice(b"MOBI");
        let mut put =
            |at: usize, value: u32| header[at..at + 4].copy_from_slice(&value.to_be_bytes());
        put(20, 264);
        put(28, self.encoding);
        put(36, self.version);
        put(84, u32::MAX);
        put(108, images);
        put(112, codes);
        put(116, u32::try_from(self.codes.len()).unwrap());
        put(192, u32::MAX);
        put(240, self.trailers);
        put(244, ncx);
        put(248, fragments);
        put(252, skeletons);
        header.extend_from_slice(b"EXTH\0\0\0\0");
        header.extend_from_slice(&u32::try_from(facts.len()).unwrap().to_be_bytes());
        for (kind, value) in facts {
            header.extend_from_slice(&kind.to_be_bytes());
            header.extend_from_slice(&u32::try_from(value.len() + 8).unwrap().to_be_bytes());
            header.extend_from_slice(value);
        }
        header
    }

    pub(crate) fn bytes(&self) -> Vec<u8> {
        database(&self.records(None))
    }
}

/// A Palm database of these records.
pub(crate) fn database(records: &[Vec<u8>]) -> Vec<u8> {
    let mut bytes = vec![0; 78];
    bytes[60..68].copy_from_slice(b"BOOKMOBI");
    bytes[76..78].copy_from_slice(&u16::try_from(records.len()).unwrap().to_be_bytes());
    let mut at = 78 + records.len() * 8;
    for record in records {
        bytes.extend_from_slice(&u32::try_from(at).unwrap().to_be_bytes());
        bytes.extend_from_slice(&[0; 4]);
        at += record.len();
    }
    bytes.extend(records.iter().flatten());
    bytes
}

/// A number of seven bits a byte; the last has the highest bit.
fn number(out: &mut Vec<u8>, value: u32) {
    let mut bytes = vec![u8::try_from(value & 0x7F).unwrap() | 0x80];
    let mut rest = value >> 7;
    while rest > 0 {
        bytes.insert(0, u8::try_from(rest & 0x7F).unwrap());
        rest >>= 7;
    }
    out.extend(bytes);
}

/// An index: the head with its table of tags, the entries, the strings.
fn index(entries: &[Entry], strings: &[u8]) -> Vec<Vec<u8>> {
    if entries.is_empty() {
        return Vec::new();
    }
    let head = |at: usize, count: usize| {
        let mut head = vec![0; 192];
        head[..4].copy_from_slice(b"INDX");
        head[4..8].copy_from_slice(&192_u32.to_be_bytes());
        head[20..24].copy_from_slice(&u32::try_from(at).unwrap().to_be_bytes());
        head[24..28].copy_from_slice(&u32::try_from(count).unwrap().to_be_bytes());
        head
    };
    let mut main = head(0, 1);
    main[52..56].copy_from_slice(&u32::from(!strings.is_empty()).to_be_bytes());
    main.extend_from_slice(b"TAGX");
    main.extend_from_slice(&(12 + 4 * 7_u32).to_be_bytes());
    main.extend_from_slice(&1_u32.to_be_bytes());
    for (tag, width, bit) in TAG_BITS {
        main.extend_from_slice(&[tag, width, bit, 0]);
    }
    main.extend_from_slice(&[0, 0, 0, 1]);
    let mut body = Vec::new();
    let mut offsets = b"IDXT".to_vec();
    for (key, tags) in entries {
        offsets.extend_from_slice(&u16::try_from(192 + body.len()).unwrap().to_be_bytes());
        body.push(u8::try_from(key.len()).unwrap());
        body.extend_from_slice(key.as_bytes());
        let bit = |tag: u8| TAG_BITS.iter().find(|rule| rule.0 == tag).unwrap().2;
        body.push(tags.iter().map(|(tag, _)| bit(*tag)).sum());
        for value in tags.iter().flat_map(|(_, values)| values) {
            number(&mut body, *value);
        }
    }
    let mut data = head(192 + body.len(), entries.len());
    data.extend(body);
    data.extend(offsets);
    let strings = (!strings.is_empty()).then(|| strings.to_vec());
    [main, data].into_iter().chain(strings).collect()
}
