// One's own day: check-ins and check-outs, also without a network.
import "../parts/check.js";
