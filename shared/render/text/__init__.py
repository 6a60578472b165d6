"""Words: one place for each kind of text that cards, mails and the page share."""
