/* What web/vendor/plot.js has, as members of the global `Plot`: what pages use, and what costs next to nothing beside
 * it. Most of the bundle is the core of Plot. A further mark costs 1 to 2 kB; those that need d3-delaunay (voronoi,
 * hull, contour, raster) 20 kB, boxX and windowY 4 to 6 kB. */
export {
	// the chart, and what it is made of
	plot, legend, scale, marks,
	axisFx, axisFy, axisX, axisY, frame, gridFx, gridFy, gridX, gridY,
	// marks
	areaX, areaY, arrow, barX, barY, cell, dot, dotX, dotY, line, lineX, lineY, link, rect, rectX, rectY,
	ruleX, ruleY, text, textX, textY, tickX, tickY,
	// what is under the pointer
	crosshair, crosshairX, crosshairY, pointer, pointerX, pointerY, tip,
	// transforms
	binX, binY, selectFirst, selectLast, stackX, stackY,
} from '@observablehq/plot';
export * as d3 from './d3.js';
