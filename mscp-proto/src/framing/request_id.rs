//! "Consecutive requests MUST contain monotonically increasing request-id values" (3.2, 7.2.3).

/// The order of the request-ids of one channel.
///
/// "Monotonically" is read as strictly: two requests with one id could not be told apart.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct RequestIds {
    last: Option<u64>,
}

impl RequestIds {
    /// Accepts the id of the next request; the first is arbitrary.
    ///
    /// # Errors
    ///
    /// What to tell the peer. A refused id does not become the last one.
    pub fn accept(&mut self, id: u64) -> Result<(), String> {
        match self.last {
            Some(last) if id <= last => Err(format!(
                "the request-id {id} does not follow {last}; it must be greater, the request was \
                 not executed"
            )),
            _ => {
                self.last = Some(id);
                Ok(())
            }
        }
    }
}

/// The order of the XML ids of one channel.
///
/// An `xsd:ID` is a name, and names have no order that sender and receiver agree on. What is
/// enforced is what can be meant: an id is not the previous one again, and where two consecutive
/// ids are the same name with a number behind it (`req1`, `req2`), the number grows.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct XmlIds {
    last: Option<String>,
}

impl XmlIds {
    /// Accepts the id of the next request that has one.
    ///
    /// # Errors
    ///
    /// What to tell the peer. A refused id does not become the last one.
    pub fn accept(&mut self, id: &str) -> Result<(), String> {
        if let Some(last) = &self.last
            && !follows(last, id)
        {
            return Err(format!(
                "the id \"{id}\" does not follow \"{last}\"; ids must increase, the request was \
                 not executed"
            ));
        }
        self.last = Some(id.to_owned());
        Ok(())
    }
}

fn follows(last: &str, next: &str) -> bool {
    let (last_name, last_number) = split_number(last);
    let (next_name, next_number) = split_number(next);
    if last_name != next_name || last_number.is_empty() || next_number.is_empty() {
        return last != next;
    }
    // Compared as text, so that no length of number overflows.
    let key = |number: &str| {
        let digits = number.trim_start_matches('0').to_owned();
        (digits.len(), digits)
    };
    key(next_number) > key(last_number)
}

fn split_number(id: &str) -> (&str, &str) {
    let name = id.trim_end_matches(|c: char| c.is_ascii_digit());
    id.split_at(name.len())
}
