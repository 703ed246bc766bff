/* `Plot.d3`: of d3 what pages use and Plot has in it anyway. */
export { bisector, extent, format, group, max, min, quantile, scaleLinear, scaleLog, ticks } from 'd3';
