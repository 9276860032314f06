"""What is signed and how it is written: canonical JSON, in-toto Statement, DSSE envelope."""
