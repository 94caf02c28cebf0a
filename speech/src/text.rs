//! Something to say: sentences without sense, of words with every sound of the language.

/// Words that are said as they are.
const WORDS: &str = "\
    the a you of in it was that we they she who over under moon room soon blue food through \
    music rule loose few school see meet green people evening machine really team seven keep law \
    talk water morning four caught thought north board horse cat hand black traffic happen \
    manner answer balance camera damage boat home road yellow window telephone open radio snow \
    clothes time night find island quiet driver supply mile arrive silent day name eight station \
    neighbour paper rain table change wait house sound about mountain voice join oil enjoy boy \
    noise church judge fish measure zebra shoe sister six fifth thousand think this breathe very \
    whisper yesterday winter butter kitchen garden picture number conference operator password \
    extension engineer please perhaps hundred twenty bird work early nurse father hotel good \
    book woman sugar bring long singing lamp hello mama murmur lullaby";

/// Parts of words that no dictionary has.
const ONSETS: [&str; 24] = [
    "b", "d", "f", "g", "h", "j", "k", "l", "m", "n", "p", "r", "s", "t", "v", "w", "y", "z", "ch",
    "sh", "st", "br", "kl", "gr",
];
const VOWELS: [&str; 12] = ["a", "e", "i", "o", "u", "oo", "ee", "ai", "ow", "ar", "or", "oy"];
const CODAS: [&str; 12] = ["", "", "", "l", "m", "n", "s", "t", "k", "nd", "ng", "sh"];

/// Shortest and longest sentence, in words.
const SENTENCE_WORDS: (u64, u64) = (4, 14);

/// Sentences without end, as a seed will have them.
#[derive(Clone, Debug)]
pub struct Text {
    words: Vec<&'static str>,
    state: u64,
}

impl Text {
    /// The same seed gives the same text.
    #[must_use]
    pub fn new(seed: u64) -> Text {
        Text { words: WORDS.split_whitespace().collect(), state: seed }
    }

    /// The next sentence.
    pub fn sentence(&mut self) -> String {
        let (shortest, longest) = SENTENCE_WORDS;
        let count = shortest + self.below(longest - shortest + 1);
        let words: Vec<String> = (0..count).map(|_| self.word()).collect();
        words.join(" ") + self.pick(&[".", ".", "?", "!"])
    }

    fn word(&mut self) -> String {
        match self.below(20) {
            0 => self.below(10_000).to_string(),
            1..5 => self.coined(),
            5 => format!("{},", self.listed()),
            _ => self.listed().to_owned(),
        }
    }

    fn listed(&mut self) -> &'static str {
        let index = self.below(self.words.len() as u64);
        self.words[index as usize]
    }

    fn coined(&mut self) -> String {
        let syllables = 1 + self.below(3);
        let syllable =
            |text: &mut Text| [text.pick(&ONSETS), text.pick(&VOWELS), text.pick(&CODAS)].concat();
        (0..syllables).map(|_| syllable(self)).collect()
    }

    fn pick(&mut self, from: &[&'static str]) -> &'static str {
        from[self.below(from.len() as u64) as usize]
    }

    /// A number below a limit, by SplitMix64 (Steele, Lea and Flood, 2014).
    fn below(&mut self, limit: u64) -> u64 {
        self.state = self.state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.state;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (mixed ^ (mixed >> 31)) % limit
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seed_always_says_the_same_and_another_something_else() {
        let said = |seed| {
            let mut text = Text::new(seed);
            (0..20).map(|_| text.sentence()).collect::<Vec<_>>()
        };
        assert_eq!(said(1), said(1));
        assert_ne!(said(1), said(2));
    }
}
