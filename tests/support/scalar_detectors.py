"""The banks' detectors for one key, one number at a time, as their descriptions say."""

import math

from operators.detectors.volume_surge import LEAST_SURPRISE, SHIPPED


def deviance(count: float, usual: float) -> float:
    """Signed log-likelihood ratio of a count in nats, logarithmic beyond the knee."""
    a = SHIPPED.dispersion
    ratio = -(count + 1 / a) * math.log((1 + a * count) / (1 + a * usual))
    if count:
        ratio += count * math.log(count / usual)
    if count < usual:
        return -ratio
    return SHIPPED.knee * math.log1p(ratio / SHIPPED.knee)


class ScalarSurge:
    """Volume surge of one key; every bin is given, silent ones as zero."""

    def __init__(self) -> None:
        self.level = 0.0
        self.smoothed = [0.0, 0.0, 0.0]
        self.bar = math.log(SHIPPED.first_bar)
        self.bins = 0
        self.past: list[tuple[float, float, float]] = []
        self.taught = -math.inf
        self.taught_until = 0

    def update(self, count: float) -> float:
        """Take the next bin in and return the score."""
        if not self.bins:
            self.level = count
        usual = max(self.level, SHIPPED.least_level)
        surprise = deviance(count, usual)
        logs = 0.0
        for number, half_life in enumerate((SHIPPED.fast, SHIPPED.mid, SHIPPED.slow)):
            rate = 1 - 2 ** (-1 / half_life)
            self.smoothed[number] += rate * (surprise - self.smoothed[number])
            logs += math.log(max(self.smoothed[number], LEAST_SURPRISE))
        over, before = logs / 3 - self.bar, self.bar
        rate = SHIPPED.bar_rate * (SHIPPED.warm_factor if self.bins < SHIPPED.warm_bins else 1)
        self.bar = max(
            math.log(SHIPPED.least_bar), self.bar + rate * ((over > 0) - SHIPPED.quantile)
        )
        if self.bins < self.taught_until:
            self.bar = max(self.bar, self.taught)
        learned = 0.0
        if over <= 0 and self.bins:
            spread = math.sqrt(usual + SHIPPED.dispersion * usual * usual)
            learned = min(count, usual + SHIPPED.clip * spread) - self.level
        kept_out = count - self.level - learned
        self.past.append((count, kept_out if self.bins else 0.0, before))
        self.level += max(SHIPPED.level_rate, 1 / (self.bins + 1)) * learned
        self.bins += 1
        return math.exp(over)

    def teach(self, bins: list[int], margin: float) -> None:
        """Make bins of the past ordinary, walking through all of them once more."""
        short = 0.0
        for number, (_count, kept_out, _bar) in enumerate(self.past):
            rate = max(SHIPPED.level_rate, 1 / (number + 1))
            short += rate * ((kept_out if number in bins else 0.0) - short)
        self.level += short
        smoothed, bar = [0.0, 0.0, 0.0], math.log(SHIPPED.least_bar)
        for number in range(bins[0], bins[-1] + 1):
            surprise = 0.0
            if number in bins:
                usual = max(self.level, SHIPPED.least_level)
                surprise = deviance(margin * self.past[number][0], usual)
            logs = 0.0
            for n, half_life in enumerate((SHIPPED.fast, SHIPPED.mid, SHIPPED.slow)):
                smoothed[n] += (1 - 2 ** (-1 / half_life)) * (surprise - smoothed[n])
                logs += math.log(max(smoothed[n], LEAST_SURPRISE))
            bar = max(bar, logs / 3) if number in bins else bar
        self.taught = bar if self.bins >= self.taught_until else max(self.taught, bar)
        self.taught_until = self.bins + int(SHIPPED.level)
        self.bar = max(min(self.bar, self.past[bins[0]][2]), self.taught)


class ScalarShare:
    """Sequential test of the negative share of one key; every bin is given."""

    def __init__(self, min_mentions: int, min_negative: int, margin: float) -> None:
        self.least = (min_mentions, min_negative, margin)
        self.negative = self.mentions = 0.0
        self.evidence = 0.0
        self.run = [0.0, 0.0, 0.0]
        self.told = False

    def update(self, negative: int, mentions: int, *, learn: bool) -> float:
        """Take the next bin in and return the score."""
        min_mentions, min_negative, margin = self.least
        if self.told:
            self.evidence, self.run = 0.0, [0.0, 0.0, 0.0]
        usual = (self.negative + 4) / (self.mentions + 20)
        other = max(usual, min(0.95, usual + 2 * margin))
        self.evidence += negative * math.log(other / usual)
        self.evidence += (mentions - negative) * math.log((1 - other) / (1 - usual))
        self.run = [self.run[0] + negative, self.run[1] + mentions, self.run[2] + 1]
        if self.evidence <= 0 or self.run[2] > 288:
            self.evidence, self.run = 0.0, [0.0, 0.0, 0.0]
        count = max(self.run[1], 1)
        share, z = self.run[0] / count, 1.64
        width = z * math.sqrt(share * (1 - share) / count + z * z / (4 * count * count))
        lower = (share + z * z / (2 * count) - width) / (1 + z * z / count)
        score = max(
            0.0,
            min(
                self.evidence / math.log(1000),
                count / min_mentions,
                self.run[0] / min_negative,
                (lower - usual) / margin,
            ),
        )
        self.told = score >= 1
        taken = learn and not self.told
        self.negative = self.negative * 2 ** (-1 / 2016) + taken * negative
        self.mentions = self.mentions * 2 ** (-1 / 2016) + taken * mentions
        return score


class ScalarRamp:
    """Acceleration of one key; every bin is given, the first at the start of an hour."""

    def __init__(self) -> None:
        self.bins: list[float] = []

    def update(self, count: float, usual: float) -> float:
        """Take the next bin in and return the score, 0 within the hour."""
        self.bins.append(count)
        if len(self.bins) % 12:
            return 0.0
        padded = [0.0] * 72 + self.bins
        first, second, third = (
            sum(padded[at : at + 24] if at + 24 else padded[at:]) for at in (-72, -48, -24)
        )
        return max(
            0.0,
            min(
                third / (1.4 * max(second, 1)),
                second / (1.4 * max(first, 1)),
                (third - first) / math.sqrt(max(third + first, 1)) / 4,
                third / max(3 * 24 * usual, 20),
            ),
        )
