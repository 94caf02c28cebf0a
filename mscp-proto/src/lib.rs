//! MSCP (draft-mcglashan-mscp-03) as types: XML, TCP framing, transactions, client role.
