from snownlp import normal as normal
from snownlp import sentiment as sentiment
