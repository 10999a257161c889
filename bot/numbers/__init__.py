"""Numbers of tips as people get them: in words, as a spreadsheet, on paper, as a picture."""
