"""The Numenta Anomaly Benchmark's series, labels and scoring rules, written anew for our use."""
