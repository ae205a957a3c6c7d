"""What Tingfeng decides: pure functions and values, time passed in, no engine and no client."""
