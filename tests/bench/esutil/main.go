package main

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"os"

	"github.com/elastic/go-elasticsearch/v7"
	"github.com/elastic/go-elasticsearch/v7/esutil"
)

// Usage: esutil URL FILE: post the documents of a bulk stream with Elastic's own BulkIndexer.
func main() {
	client, err := elasticsearch.NewClient(elasticsearch.Config{Addresses: []string{os.Args[1]}})
	if err == nil {
		err = run(client, os.Args[2])
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(client *elasticsearch.Client, path string) error {
	file, err := os.Open(path)
	if err != nil {
		return err
	}
	indexer, err := esutil.NewBulkIndexer(esutil.BulkIndexerConfig{Client: client, Index: "packets-2015-08-14", NumWorkers: 4, FlushBytes: 5 << 20})
	if err != nil {
		return err
	}
	in := bufio.NewReaderSize(file, 1<<20)
	for {
		if _, err = in.ReadSlice('\n'); err != nil {
			break
		}
		doc, err := in.ReadBytes('\n')
		if err != nil {
			return err
		}
		item := esutil.BulkIndexerItem{Action: "index", Body: bytes.NewReader(doc[:len(doc)-1])}
		if err = indexer.Add(context.Background(), item); err != nil {
			return err
		}
	}
	if err = indexer.Close(context.Background()); err == nil && indexer.Stats().NumFlushed != indexer.Stats().NumAdded {
		err = fmt.Errorf("%d of %d documents arrived", indexer.Stats().NumFlushed, indexer.Stats().NumAdded)
	}
	return err
}
