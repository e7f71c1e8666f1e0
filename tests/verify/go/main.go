// Command judge checks an archive of a Kesu log with code that is not ours: the note and tlog packages of Go's checksum
// database. It opens the checkpoint, reads every tile through tlog.TileHashReader, and checks the tree hash, an inclusion
// proof for every entry, and a consistency proof from every size given.
//
//	judge FOLDER VKEY [SIZE:BASE64-ROOT ...]
package main

import (
	"encoding/binary"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

const (
	tileHeight = 8
	tileWidth  = 1 << tileHeight
)

func main() {
	if err := judge(os.Args[1], os.Args[2], os.Args[3:]); err != nil {
		fmt.Println("refused:", err)
		os.Exit(1)
	}
}

func judge(folder, vkey string, earlier []string) error {
	tree, origin, err := openCheckpoint(folder, vkey)
	if err != nil {
		return err
	}
	hashes := tlog.TileHashReader(tree, tiles(folder))
	root, err := tlog.TreeHash(tree.N, hashes)
	if err != nil {
		return err
	}
	if root != tree.Hash {
		return fmt.Errorf("tree hash %v is not the signed %v", root, tree.Hash)
	}
	records, err := checkRecords(folder, tree, hashes)
	if err != nil {
		return err
	}
	for _, one := range earlier {
		if err := checkEarlier(tree, hashes, one); err != nil {
			return err
		}
	}
	fmt.Printf("%s: %d records, %d earlier sizes\n", origin, records, len(earlier))
	return nil
}

func openCheckpoint(folder, vkey string) (tlog.Tree, string, error) {
	raw, err := os.ReadFile(filepath.Join(folder, "checkpoint"))
	if err != nil {
		return tlog.Tree{}, "", err
	}
	verifier, err := note.NewVerifier(vkey)
	if err != nil {
		return tlog.Tree{}, "", err
	}
	opened, err := note.Open(raw, note.VerifierList(verifier))
	if err != nil {
		return tlog.Tree{}, "", err
	}
	lines := strings.Split(opened.Text, "\n")
	if len(lines) != 4 || lines[3] != "" || lines[0] != verifier.Name() {
		return tlog.Tree{}, "", fmt.Errorf("checkpoint text %q", opened.Text)
	}
	size, err := strconv.ParseInt(lines[1], 10, 64)
	if err != nil {
		return tlog.Tree{}, "", err
	}
	root, err := tlog.ParseHash(lines[2])
	return tlog.Tree{N: size, Hash: root}, lines[0], err
}

// checkRecords proves every entry, as its bundle has it, to be in the tree.
func checkRecords(folder string, tree tlog.Tree, hashes tlog.HashReader) (int64, error) {
	var done int64
	for number := int64(0); number*tileWidth < tree.N; number++ {
		width := min(tree.N-number*tileWidth, tileWidth)
		path := tlog.Tile{H: tileHeight, L: 0, N: number, W: int(width)}.Path()
		bundle, err := os.ReadFile(filepath.Join(folder, "tile/entries", strings.TrimPrefix(path, "tile/8/0/")))
		if err != nil {
			return done, err
		}
		for ; len(bundle) > 0; done++ {
			end := 2 + int(binary.BigEndian.Uint16(bundle))
			entry := bundle[2:end]
			bundle = bundle[end:]
			proof, err := tlog.ProveRecord(tree.N, done, hashes)
			if err != nil {
				return done, err
			}
			if err := tlog.CheckRecord(proof, tree.N, tree.Hash, done, tlog.RecordHash(entry)); err != nil {
				return done, fmt.Errorf("record %d: %w", done, err)
			}
		}
	}
	if done != tree.N {
		return done, fmt.Errorf("%d records in a tree of size %d", done, tree.N)
	}
	return done, nil
}

func checkEarlier(tree tlog.Tree, hashes tlog.HashReader, earlier string) error {
	size, encoded, _ := strings.Cut(earlier, ":")
	n, err := strconv.ParseInt(size, 10, 64)
	if err != nil {
		return err
	}
	root, err := tlog.ParseHash(encoded)
	if err != nil {
		return err
	}
	proof, err := tlog.ProveTree(tree.N, n, hashes)
	if err != nil {
		return err
	}
	if err := tlog.CheckTree(proof, tree.N, tree.Hash, n, root); err != nil {
		return fmt.Errorf("size %d: %w", n, err)
	}
	return nil
}

// tiles reads tiles of height 8 in the C2SP layout, which leaves the height out of the path.
type tiles string

func (folder tiles) Height() int { return tileHeight }

func (folder tiles) ReadTiles(wanted []tlog.Tile) ([][]byte, error) {
	var all [][]byte
	for _, tile := range wanted {
		path := "tile/" + strings.TrimPrefix(tile.Path(), "tile/8/")
		data, err := os.ReadFile(filepath.Join(string(folder), path))
		if err != nil {
			return nil, err
		}
		all = append(all, data)
	}
	return all, nil
}

func (folder tiles) SaveTiles([]tlog.Tile, [][]byte) {}
