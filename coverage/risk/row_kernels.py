"""Compiled functions of one row of draws: random numbers by name, normal ones, powers.

Each is a loop without branches and without calls, so that the compiler works on several draws at
once: several times as fast as a call of the C library for each. `tests/coverage/risk` holds them
against numpy and scipy.
"""

from __future__ import annotations

import math

import numpy as np
from scipy.special import ndtr

from ..compiled import njit

_STEP = np.uint64(0x9E3779B97F4A7C15)
_MIX_1, _MIX_2 = np.uint64(0xBF58476D1CE4E5B9), np.uint64(0x94D049BB133111EB)
_30, _27, _31, _11, _1 = (np.uint64(bits) for bits in (30, 27, 31, 11, 1))

# A float64 near 1.5 * 2**52 holds an integer in its last bits, 2**52 a positive one.
_ROUND, _POSITIVE = 1.5 * 2.0**52, 2.0**52
_POSITIVE_BITS = np.int64(0x433) << np.int64(52)
_ONE_BITS, _FRACTION = np.int64(1023) << np.int64(52), (np.int64(1) << np.int64(52)) - np.int64(1)
_BIAS, _EXPONENT = np.int64(1023), np.int64(52)
_LOG2_E = 1 / math.log(2)
_LN2_HIGH, _LN2_LOW = 6.93147180369123816490e-01, 1.90821492927058770002e-10  # their sum is ln 2
_ROOT_2 = math.sqrt(2)
# The normal distribution and its density at points so close that a short series does between them.
_A_POINT, _FARTHEST = 32.0, 8.5
_POINTS = np.arange(-_FARTHEST, _FARTHEST + 0.5 / _A_POINT, 1 / _A_POINT)
_BELOW, _DENSITY = ndtr(_POINTS), np.exp(-(_POINTS**2) / 2) / math.sqrt(2 * math.pi)


@njit("void(u8, f8[::1])", cache=True, nogil=True, error_model="numpy")
def uniform_row(start, out):  # type: ignore[no-untyped-def]
    """Draw numbers strictly between 0 and 1, as `weizhan.coverage.keyed.uniforms` does.

    Parameters
    ----------
    start
        Of the stream, from `start_of`.
    out
        ``(draws,)``.
    """
    for d in range(len(out)):
        x = start + np.uint64(d + 1) * _STEP
        x = (x ^ (x >> _30)) * _MIX_1
        x = (x ^ (x >> _27)) * _MIX_2
        x = x ^ (x >> _31)
        out[d] = np.float64(np.int64(x >> _11)) * 2.0**-53 + 2.0**-54


@njit("u8(u8, u8)", cache=True, nogil=True, error_model="numpy")
def start_of(key, stream):  # type: ignore[no-untyped-def]
    """Return where the stream of a field of a building starts; see `weizhan.coverage.keyed`."""
    x = key ^ stream
    x = (x ^ (x >> _30)) * _MIX_1
    x = (x ^ (x >> _27)) * _MIX_2
    return x ^ (x >> _31)


@njit("void(i8, f8[::1], f8[::1], i8[::1])", cache=True, nogil=True, error_model="numpy")
def _farthest_row(tails, u, out, rows):  # type: ignore[no-untyped-def]
    """Write normal numbers beyond which one in 7e10 lies; see `normal_row`."""
    for at in range(tails):
        r = math.sqrt(abs(u[at]))
        if r > 5.0:
            r -= 5.0
            above = r * 2.01033439929228813265e-7 + 2.71155556874348757815e-5
            above = above * r + 1.24266094738807843860e-3
            above = above * r + 2.65321895265761230930e-2
            above = above * r + 2.96560571828504891230e-1
            above = above * r + 1.78482653991729133580e0
            above = above * r + 5.46378491116411436990e0
            above = above * r + 6.65790464350110377720e0
            below = r * 2.04426310338993978564e-15 + 1.42151175831644588870e-7
            below = below * r + 1.84631831751005468180e-5
            below = below * r + 7.86869131145613259100e-4
            below = below * r + 1.48753612908506148525e-2
            below = below * r + 1.36929880922735805310e-1
            below = below * r + 5.99832206555887937690e-1
            below = below * r + 1.0
            far = above / below
            out[rows[at]] = far if u[at] > 0 else -far


@njit("void(u8, f8[::1], f8[::1], i8[::1])", cache=True, nogil=True, error_model="numpy")
def normal_row(start, u, out, rows):  # type: ignore[no-untyped-def]
    """Draw standard normal numbers, by Wichura's PPND16 (AS 241, 1988), good to 1e-15.

    One in seven lies in a tail: those are put side by side first, so that no loop branches.

    Parameters
    ----------
    start
        As for `uniform_row`.
    u
        ``(draws,)``, written over.
    out
        ``(draws,)``.
    rows
        ``(draws,)``, written over.
    """
    uniform_row(start, u)
    for d in range(len(out)):
        q = u[d] - 0.5
        r = 0.180625 - q * q
        above = r * 2.5090809287301226727e3 + 3.3430575583588128105e4
        above = above * r + 6.7265770927008700853e4
        above = above * r + 4.5921953931549871457e4
        above = above * r + 1.3731693765509461125e4
        above = above * r + 1.9715909503065514427e3
        above = above * r + 1.3314166789178437745e2
        above = above * r + 3.3871328727963666080e0
        below = r * 5.2264952788528545610e3 + 2.8729085735721942674e4
        below = below * r + 3.9307895800092710610e4
        below = below * r + 2.1213794301586595867e4
        below = below * r + 5.3941960214247511077e3
        below = below * r + 6.8718700749205790830e2
        below = below * r + 4.2313330701600911252e1
        below = below * r + 1.0
        out[d] = q * above / below
    tails = 0
    for d in range(len(out)):  # u becomes the chance beyond each in a tail, less than 0 above
        own = u[d]
        q = own - 0.5
        rows[tails] = d
        u[tails] = own if q < 0 else own - 1.0
        tails += abs(q) > 0.425
    for at in range(tails):  # then how rare that is, less than 0 below
        u[at] = -math.log(-u[at]) if u[at] < 0 else math.log(u[at])
    farthest = 0.0
    for at in range(tails):
        r = math.sqrt(abs(u[at]))
        farthest = max(farthest, r)
        r -= 1.6
        above = r * 7.74545014278341407640e-4 + 2.27238449892691845833e-2
        above = above * r + 2.41780725177450611770e-1
        above = above * r + 1.27045825245236838258e0
        above = above * r + 3.64784832476320460504e0
        above = above * r + 5.76949722146069140550e0
        above = above * r + 4.63033784615654529590e0
        above = above * r + 1.42343711074968357734e0
        below = r * 1.05075007164441684324e-9 + 5.47593808499534494600e-4
        below = below * r + 1.51986665636164571966e-2
        below = below * r + 1.48103976427480074590e-1
        below = below * r + 6.89767334985100004550e-1
        below = below * r + 1.67638483018380384940e0
        below = below * r + 2.05319162663775882187e0
        below = below * r + 1.0
        far = above / below
        out[rows[at]] = far if u[at] > 0 else -far
    if farthest > 5.0:
        _farthest_row(tails, u, out, rows)


@njit("void(f8[::1], i8[::1])", cache=True, nogil=True, error_model="numpy")
def exp_row(x, bits):  # type: ignore[no-untyped-def]
    """Raise e to each of a row, in its place; what lies beyond ±700 is none of ours.

    Parameters
    ----------
    x
        ``(draws,)``.
    bits
        ``(draws,)``, written over.
    """
    scale = bits.view(np.float64)
    for d in range(len(x)):
        scale[d] = x[d] * _LOG2_E + _ROUND
    for d in range(len(x)):
        k = scale[d] - _ROUND
        r = (x[d] - k * _LN2_HIGH) - k * _LN2_LOW
        p = r * (1 / 6227020800.0) + 1 / 479001600.0
        p = p * r + 1 / 39916800.0
        p = p * r + 1 / 3628800.0
        p = p * r + 1 / 362880.0
        p = p * r + 1 / 40320.0
        p = p * r + 1 / 5040.0
        p = p * r + 1 / 720.0
        p = p * r + 1 / 120.0
        p = p * r + 1 / 24.0
        p = p * r + 1 / 6.0
        p = p * r + 0.5
        x[d] = (p * r * r + r) + 1.0
    for d in range(len(x)):
        bits[d] = (bits[d] + _BIAS) << _EXPONENT
    for d in range(len(x)):
        x[d] *= scale[d]


@njit("void(f8[::1], i8[::1])", cache=True, nogil=True, error_model="numpy")
def log_row(x, bits):  # type: ignore[no-untyped-def]
    """Take the logarithm of each of a row of positive numbers, in its place.

    Parameters
    ----------
    x
        ``(draws,)``.
    bits
        ``(draws,)``, written over.
    """
    power, own = bits.view(np.float64), x.view(np.int64)
    for d in range(len(x)):
        bits[d] = (own[d] >> _EXPONENT) | _POSITIVE_BITS
    for d in range(len(x)):
        own[d] = (own[d] & _FRACTION) | _ONE_BITS
    for d in range(len(x)):
        large = x[d] > _ROOT_2
        k = power[d] - (_POSITIVE + 1023.0) + (1.0 if large else 0.0)
        m = x[d] * (0.5 if large else 1.0)
        s = (m - 1.0) / (m + 1.0)
        z = s * s
        p = z * (1 / 23.0) + 1 / 21.0
        p = p * z + 1 / 19.0
        p = p * z + 1 / 17.0
        p = p * z + 1 / 15.0
        p = p * z + 1 / 13.0
        p = p * z + 1 / 11.0
        p = p * z + 1 / 9.0
        p = p * z + 1 / 7.0
        p = p * z + 1 / 5.0
        p = p * z + 1 / 3.0
        x[d] = k * _LN2_HIGH + (2.0 * s + (2.0 * s * z * p + k * _LN2_LOW))


@njit("void(f8, f8[::1], f8[::1])", cache=True, nogil=True, error_model="numpy")
def below_row(start, shift, out):  # type: ignore[no-untyped-def]
    """Write the normal distribution at a start with a shift for each draw, good to 1e-15.

    Parameters
    ----------
    start
        Standard deviations.
    shift, out
        ``(draws,)``.
    """
    for d in range(len(out)):
        x = min(max(start + shift[d], -_FARTHEST), _FARTHEST)
        at = int(x * _A_POINT + (_FARTHEST * _A_POINT + 0.5))
        point = at / _A_POINT - _FARTHEST
        h = x - point
        # Derivatives of the density are Hermite polynomials times it.
        one, two, step = 1.0, point, h
        total = step
        step *= h / 2
        total -= step * two
        for n in range(2, 7):
            one, two = two, point * two - (n - 1) * one
            step *= -h / (n + 1)
            total -= step * two
        out[d] = _BELOW[at] + _DENSITY[at] * total
