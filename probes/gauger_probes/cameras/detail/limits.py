"""Every threshold of the analysis of effective detail, in one place, with where it comes from.

"Simulated" means chosen on the tuning half of ``benchmarks/detail/split.toml`` and reported on
the other half, in ``docs/reference/detail-errors.md``. No real camera has confirmed them yet.
"""

from __future__ import annotations

#: Fewest frames; the lattice is nearly as clear in 4 as in 16 (simulated).
MIN_FRAMES = 4
#: Most frames looked at: more change nothing and cost memory.
MAX_FRAMES = 8
#: Smallest width and height, pixels: below it the profiles are too short to hold a line.
MIN_SIDE = 256
#: Pixels needed before softness without a lattice is told from ×2 (a 256 px crop shows a ×2 line
#: of z 2.4, 1 MP one above 8; simulated).
MIN_PIXELS_FOR_DOUBLE = 1_000_000

#: Side of a crop, pixels: 1 MP holds a ×2 line, and four of them cost about two seconds.
CROP = 1024
#: How many of the four crops must say the same.
CROPS_AGREEING = 3

#: Side of the blocks that are kept or left out, pixels.
BLOCK = 16
#: 8-bit luma below and above which the noise is cut off (limited range is 16..235).
BLACK, WHITE = 4, 251
#: Share of a block's pixels that may be cut off.
MAX_CLIPPED_PIXELS = 0.02
#: A block whose temporal noise is this many times the median holds something that moves: an
#: object in a tenth of the frame took a ×2 line from z 10 to 4 (simulated).
MAX_BLOCK_SIGMA_RATIO = 3.0
#: Share of blocks that may be cut off, or moving, before the crop is given up.
MAX_CLIPPED_BLOCKS = 0.5
MAX_MOVING_BLOCKS = 0.3
#: Most that a frame's mean may lie off the mean of all; lamp flicker of 2 % did no harm
#: (simulated), exposure that is still settling does.
MAX_DRIFT = 0.02
#: Most pixels that may be equal in successive frames, where the noise is above the sigma from
#: which rounding alone leaves fewer equal: a codec or a denoiser took the noise out.
MAX_UNCHANGED = 0.5
SIGMA_OF_CHANGE = 0.55

#: Variance of rounding to whole steps, steps².
ROUNDING_VARIANCE = 1 / 12
#: Least noise, steps of the 8-bit scale: below it rounding hides the lattice (simulated).
MIN_SIGMA = 0.30
#: Least noise in the lowest DCT coefficients over the divisor of the highest ones along the axes:
#: below it MJPEG wrote zeros where the answer was (simulated).
MIN_OBSERVABLE_MJPEG = 0.25

#: Frequencies at which lines are looked at, cycles per pixel, and how near a bin must lie.
GRID_FROM, GRID_TO, GRID_STEP = 0.08, 0.5001, 0.001
LINE_WIDTH = 0.0021
#: Where a lattice is searched: below it a tiled page of text leaked (z 20 at 0.11; simulated),
#: above it lies the colour filter's own line; all factors from 1.05 to 4 have a line between.
SEARCH_FROM, SEARCH_TO = 0.19, 0.485
#: Side of the box whose mean is divided out, pixels.
BOX = 25
#: Relative variance is cut here, so that one pixel cannot make a line.
MAX_RELATIVE = 5.0
#: Pixels of one brightness needed before their mean variance is believed.
MIN_PIXELS_PER_LEVEL = 200

#: Side of the tiles whose spectra are averaged, pixels, and the fewest of them.
TILE = 64
MIN_TILES = 4
#: Along the other axis, frequencies below this count as "along one axis", cycles per pixel.
AXIS_BAND = 0.13
#: Low frequencies that others are compared with, and the edge band, cycles per pixel.
REFERENCE_BAND = (0.04, 0.14)
EDGE_FROM = 0.44
#: The cut-off is the highest frequency that is not below this, dB.
CUTOFF_DB = -10.0
#: How far from a multiple of 1/8 a line must lie in MJPEG (a page of text, native, showed z 12 at
#: 1/4 - 0.007 and a table of coins z 9 at 1/4 - 0.026; simulated).
JPEG_MASK = 0.03
#: Lines nearer than this are one.
LINE_APART = 0.004

#: Strength from which a line in both axes is a lattice. Natives reached 5.7 raw (the mesh and the
#: page of text apart) and 6.6 in MJPEG; ×2 raw begins at 8.4 in 0.5 MP (simulated).
MIN_LINE_RAW = 8.0
MIN_LINE_MJPEG = 10.0
#: A line this strong along one axis alone is no scene: the scaling was not the same in both.
MIN_LINE_ONE_AXIS = 40.0

#: Factors that are looked for; above 4 the lines lie below the search.
MAX_FACTOR = 4.0
#: Lines from which factors are guessed.
LINES_FOR_FACTOR = 4
#: A guess's other line counts as present from this strength on.
MIN_PARTNER = 5.0
#: Gain and loss, in units of the natural logarithm of a line's strength, for a guess whose other
#: line is present or missing, and per unit of |ln(F × cut-off ÷ usual)|.
PARTNER_GAIN, PARTNER_LOSS, CUTOFF_WEIGHT = 1.0, 2.0, 4.0
#: The smaller loss where only the line at 0.5/F is missing: a sensor without a filter has none.
FILTER_LINE_LOSS = 1.0
#: Harmonics of 0.5/F that a lattice explains, and the share of the strongest line from which
#: another asks for an explanation.
HARMONICS, STRONG_SHARE = 6, 0.1
#: Cut-off times factor after interpolation of demosaiced noise, cycles per pixel: 0.35 to 0.55.
USUAL_CUTOFF = 0.44
#: A factor this near (relative) to a fraction with a denominator up to 12 is that fraction.
SNAP, SNAP_DENOMINATOR = 0.004, 12
#: Guesses nearer than this (relative) are the same factor.
SAME_FACTOR = 0.02

#: Loss near Nyquist, dB, above which nothing but demosaicing filtered the noise (native sensors
#: -8 to 0, spatial denoisers -17 and less, interpolators -14 and less; simulated).
NATIVE_LOSS_RAW = -12.0
#: The same in MJPEG below which the loss is not the quantiser's (natives -13 and more, denoisers
#: -16 and more, ×2 -15 to -20 at quality 85 to 95).
SOFT_LOSS_MJPEG = -16.5
#: A tile is even where its mean frame's gradient is below this, steps per pixel, for a noise of
#: 1 step and of none.
EVEN_PER_SIGMA, EVEN = 1.0, 0.5

#: Least share of columns and of rows that repeat their neighbour exactly, and the highest factor
#: read from that: more are bars, a still picture or a black frame.
MIN_REPEATED = 0.02
MAX_REPEATED = 8.0

#: Frames up to this many pixels are analysed whole: four crops would overlap for the most part.
MAX_WHOLE = 2_500_000

#: A peak in the mean frame's spectrum this many times its surroundings is a periodic scene, whose
#: pattern the noise repeats (fine mesh 2500, page of text 126, bricks 133, others 30; simulated).
MAX_SCENE_PEAK = 200.0
#: The surroundings reach this many bins to each side: the taper spreads a peak over five.
SCENE_RING = 4
#: Frequencies below this along both axes are any scene's, cycles per pixel.
SCENE_FROM = 0.1
#: MJPEG's echoes fit many factors, and scalers go between standard sizes: a factor that is no
#: fraction with a denominator up to this loses so much (as ``PARTNER_LOSS``).
PLAIN_DENOMINATOR, ODD_FACTOR_LOSS = 5, 1.0
