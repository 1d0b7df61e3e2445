// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

/// What CCTP asks of a token. The minter must be allowed to mint it, and may burn what it holds itself.
interface IMintBurnToken {
    function mint(address to, uint256 amount) external returns (bool);
    function burn(uint256 amount) external;
    function transferFrom(address from, address to, uint256 value) external returns (bool);
}
