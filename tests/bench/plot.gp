# growth.tsv and jobs.tsv, in the current folder, as one picture.
set terminal svg size 1000,340 font 'sans-serif,13' background rgb 'white'
set multiplot layout 1,3
set style data linespoints
set pointsize 0.6
set border 3
set tics nomirror
set grid ytics lc rgb '#dddddd'
set key top left reverse Left samplen 2
stages = 'escapture esreshape esbulk'

set title 'CPU of a further packet, of that at 100,000'
set xlabel 'packets'
set logscale x
set format x '10^%L'
set xrange [8000:7e6]
set yrange [0:2]
first(name) = real(system(sprintf("awk '$1 == \"%s\" && $2 > 10000 { print $4; exit }' growth.tsv", name)))
plot for [s in stages] sprintf("< awk '$1 == \"%s\" && $2 > 10000' growth.tsv", s) using 2:($4 / first(s)) lw 2 title s, \
	1.1 lc rgb '#999999' dt 2 notitle, 0.9 lc rgb '#999999' dt 2 notitle

set title 'Peak memory, MB'
set logscale y
set yrange [1:20000]
plot for [s in stages.' tshark'] sprintf("< grep '^%s' growth.tsv", s) using 2:5 lw 2 title s

set title 'N tsharks, one capture, of one tshark'
set xlabel 'N'
unset logscale
set format x '%g'
set xrange [0.5:8.5]
set xtics (1, 2, 4, 8)
set yrange [0:*]
plot 'jobs.tsv' using 1:2 lw 2 title 'wall time', '' using 1:4 lw 2 title 'CPU time'
