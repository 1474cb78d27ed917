"""The programme's rules, one file a subject: pure, with frozen values in and out, without a clock and without I/O."""
