/* What the page's own columns mean, that no result and no comparison has. */

const OWN_WORDS = [
	[
		'of_reference',
		'%',
		'requests/s over that of `reference`. Of a comparison it is the middle of the ratios of its blocks: the ' +
			'median of the averages of any two, on a logarithmic scale. It need not follow the order of the medians ' +
			'in requests/s, nor be their quotient: a library can have more of them and the smaller share. Of trials that were measured once it is one ratio of two trials, at different times: noise ' +
			'alone can bring it over 100%',
	],
	['interval_low', '', 'the lower end of the 95% interval of the figure beside it'],
	['interval_high', '', 'the upper end of the 95% interval of the figure beside it'],
	['block_count', 'blocks', 'how many of its blocks have this figure'],
	['block_median', 'ms', 'the middle one of the values of its blocks, each of which weighs the same'],
	['block_least', 'ms', 'the value of the block that has the least'],
	['block_most', 'ms', 'the value of the block that has the most'],
	['percentile', '%', 'so many of all operations took at most the time beside it'],
	[
		'curve_ms',
		'ms',
		'what so many of all operations took at most; failed ones count as slower than all that succeeded',
	],
	['minutes', 'min', 'since the comparison began, until the slice or the block did'],
	['begin_s', 's', 'after GO: when the stretch began'],
	['end_s', 's', 'after GO: when the stretch ended'],
	[
		'whose',
		'',
		"library: of its replicas; origin: of our store; failed: of the library's operations those that failed",
	],
	[
		'in_flight_now',
		'requests',
		'that the origin had seen at the moment of a reading, and whose operation was not over yet by the records. ' +
			'Nobody counts it in slices, or where the store is outside',
	],
	['measured_how', '', 'in how many blocks of a comparison, or once'],
	['ledger_verdict', '', 'what differs between the plan and what the origin saw; "as planned": nothing'],
	['setting_notes', '', "what the library's client says of itself"],
	['member', '', 'what of the run or of its machine'],
	['member_value', '', 'as the harness read it when the run began'],
	['member_others', '', 'what the other runs of this report have there'],
	['version_runtime', '', 'what ran the library: interpreter or C library'],
	[
		'version_worker',
		'',
		'what reads the plan and calls the library; all Python libraries share one, which `null` measures',
	],
	['version_tests', '', "the beginning of a hash of the library's tests: the same hash, the same code"],
	['version_packages', '', "what is installed in the library's environment"],
	['run_start', 'UTC', 'when the command began'],
	['run_ended', '', 'how it ended'],
	['run_command', '', 'the command as it was typed'],
].map(([name, unit, meaning]) => ({ name, unit, meaning }));
