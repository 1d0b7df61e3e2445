// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

/// What a TokenMessenger asks of its minter, V1 and V2 alike.
interface ITokenMinter {
    function mint(uint32 sourceDomain, bytes32 burnToken, address to, uint256 amount)
        external
        returns (address mintToken);

    function burn(address burnToken, uint256 burnAmount) external;
}
