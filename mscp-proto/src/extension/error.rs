//! ```xml
//! <a:error xmlns:a="urn:antiphon:mscp:1" line="3" column="5"
//!   reason="MSCP 1.0 has no request &lt;jion&gt;"/>
//! ```

use crate::error::Fault;
use crate::xml::{Element, Wire, Writer};

/// Response with status 400 or 500 where no error element of the draft fits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ErrorReport {
    /// What is wrong and what to do, for a person.
    pub reason: String,
    /// Line of the fault in the request's body, from 1.
    pub line: Option<u32>,
    /// Column of the fault in characters, from 1.
    pub column: Option<u32>,
}

impl Wire for ErrorReport {
    const NAME: &'static str = "error";

    fn read(element: &Element) -> Result<Self, Fault> {
        let mut attributes = element.attributes();
        let report = Self {
            reason: attributes.required("reason")?.value.clone(),
            line: attributes.number("line")?,
            column: attributes.number("column")?,
        };
        attributes.finish()?;
        element.no_children()?;
        Ok(report)
    }

    fn write(&self, writer: &mut Writer) {
        writer
            .project_tag(Self::NAME)
            .attribute("reason", &self.reason)
            .optional("line", self.line)
            .optional("column", self.column)
            .empty();
    }
}
